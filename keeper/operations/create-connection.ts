import { randomBytes } from "node:crypto";
import { isUniqueViolation, violatedConstraint } from "#db/errors.ts";
import { insertConnection } from "#db/queries/connection.ts";
import { isSampleTenant } from "#db/queries/remove-tenant.ts";
import { cmkKeyId, secretFieldOf } from "#lib/domain/connection.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { ensureSealingKey } from "../connections/sealing-key.ts";
import { sealConnection } from "../connections/seal-connection.ts";
import type { OwnerEffect } from "./effect.ts";

const EXTERNAL_ID_BYTES = 16;

// The same words whoever has it: another tenant's connections are nobody's business.
const keyTaken = (): DomainError =>
  new DomainError(
    "CONFLICT",
    "This key is connected already, here or elsewhere. One key serves one connection.",
  );

const taken = (error: unknown): never => {
  if (!isUniqueViolation(error)) throw error;
  if (violatedConstraint(error) === "kms_connection_one_per_key") throw keyTaken();
  throw new DomainError("CONFLICT", "There is a connection of this name already.");
};

/**
 * A connection that counts. The external id is made here, at random: whoever could choose it could have Keyfold assume
 * a role that trusts it for somebody else. Nothing is asked of the provider before its trust is set up.
 */
export const createConnection: OwnerEffect<"create-connection"> = async ({ keeper, operation, input }) => {
  const { ownerId } = operation;
  const { connectionId: id, name, custody, config } = input;
  if ((custody === "platform") !== (ownerId === keeper.deploymentId))
    throw new DomainError(
      "INVALID_INPUT",
      "A connection of custody platform is the platform's, and no other is.",
    );
  const providerKeyId = cmkKeyId(config);
  // The platform's own key is in no connection, and holds the keyring.
  const settled = keeper.kms(keeper.platform.id).keyId;
  if (providerKeyId === (config.provider === "azure" ? settled.toLowerCase() : settled)) throw keyTaken();
  if (secretFieldOf(config) !== null) await ensureSealingKey(keeper, operation.req);
  const { removedAt: _, ...row } = sealConnection(keeper, ownerId, {
    id,
    name,
    provider: config.provider,
    custody,
    config: config as Record<string, string>,
    externalId: config.access === "role" ? `kf-${randomBytes(EXTERNAL_ID_BYTES).toString("hex")}` : null,
    providerKeyId,
    secret: null,
    secretRevision: 0,
    removedAt: null,
    rev: 1,
  });
  return async (tx) => {
    if ("tenantId" in tx && (await isSampleTenant(tx)))
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
