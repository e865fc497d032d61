import { isUniqueViolation } from "#db/errors.ts";
import { insertKey } from "#db/queries/key-write.ts";
import { insertVersion } from "#db/queries/key-version.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { KeyId } from "#lib/domain/ids.ts";
import { newId } from "#lib/domain/ids.ts";
import { findHolder, holdConnection } from "../connections/holder.ts";
import type { Effect } from "./effect.ts";
import { askedBy } from "./effect.ts";
import { mintKek } from "./mint-kek.ts";
import { sealVersion } from "./seal-version.ts";
import { versionCreated } from "./version-events.ts";

/** A key and its first version, active at once. */
export const createKey: Effect<"create-key"> = async ({ keeper, operation, input }) => {
  const { tenantId } = operation;
  const keyId = newId<KeyId>();
  const number = 1;
  const held = await findHolder(keeper, tenantId, input.connectionId ?? null);
  const wrapped = await mintKek(
    keeper,
    tenantId,
    { keyId, name: input.name, number },
    held.cmkId,
    operation.req,
  );
  const { name, ...version } = sealVersion(keeper, tenantId, {
    ...wrapped,
    keyId,
    name: input.name,
    number,
    state: "active" as const,
    current: true,
    rev: 1,
  });
  return async (tx) => {
    const { custody, provider } = held;
    await insertKey(tx, { id: keyId, name, custody, provider }).catch((error: unknown) => {
      if (!isUniqueViolation(error)) throw error;
      throw new DomainError("CONFLICT", `The tenant has a key named ${name} already.`);
    });
    if (input.connectionId) await holdConnection(tx, input.connectionId);
    await insertVersion(tx, version, askedBy(operation));
    return {
      outcome: { keyId, name, version: number },
      events: [
        { action: "key.created", target: { type: "key", id: keyId }, detail: { name, custody } },
        versionCreated(version),
      ],
    };
  };
};
