import { randomBytes } from "node:crypto";
import { isUniqueViolation, violatedConstraint } from "#db/errors.ts";
import { insertConnection } from "#db/queries/connection.ts";
import { isSampleTenant } from "#db/queries/remove-tenant.ts";
import { cmkKeyId, secretFieldOf } from "#lib/domain/connection.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { ensureSealingKey } from "../connections/sealing-key.ts";
import { sealConnection } from "../connections/seal-connection.ts";
import type { Effect } from "./effect.ts";

const EXTERNAL_ID_BYTES = 16;

const taken = (error: unknown): never => {
  if (!isUniqueViolation(error)) throw error;
  if (violatedConstraint(error) === "kms_connection_one_per_key") {
    // The same words whoever has it: another tenant's connections are nobody's business.
    throw new DomainError(
      "CONFLICT",
      "This key is connected already, to this tenant or to another. One key serves one connection.",
    );
  }
  throw new DomainError("CONFLICT", "The tenant has a connection of this name already.");
};

/**
 * A connection that counts. The external id is made here, at random: whoever could choose it could have Keyfold assume
 * a role that trusts it for somebody else. Nothing is asked of the provider before its trust is set up.
 */
export const createConnection: Effect<"create-connection"> = async ({ keeper, operation, input }) => {
  const { tenantId } = operation;
  const { connectionId: id, name, custody, config } = input;
  if (secretFieldOf(config) !== null) await ensureSealingKey(keeper, operation.req);
  const { removedAt: _, ...row } = sealConnection(keeper, tenantId, {
    id,
    name,
    provider: config.provider,
    custody,
    config: config as Record<string, string>,
    externalId: config.access === "role" ? `kf-${randomBytes(EXTERNAL_ID_BYTES).toString("hex")}` : null,
    providerKeyId: cmkKeyId(config),
    secret: null,
    secretRevision: 0,
    removedAt: null,
    rev: 1,
  });
  return async (tx) => {
    if (await isSampleTenant(tx))
      throw new DomainError("INVALID_STATE", "A tenant of the sample has no KMS of its own.");
    await insertConnection(tx, row).catch(taken);
    return {
      outcome: { connectionId: id, name, externalId: row.externalId },
      events: [
        {
          action: "connection.created",
          target: { type: "connection", id },
          detail: { name, provider: row.provider, custody, rev: row.rev },
        },
      ],
    };
  };
};
