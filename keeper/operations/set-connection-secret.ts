import { updateConnection } from "#db/queries/connection.ts";
import { sealBytes } from "#lib/crypto/seal.ts";
import { ConnectionConfig, secretFieldOf } from "#lib/domain/connection.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { readConnection, secretCell } from "../connections/read-connection.ts";
import { sealConnection } from "../connections/seal-connection.ts";
import { unsealSecret } from "../connections/sealing-key.ts";
import type { OwnerEffect } from "./effect.ts";

const SECRET_BYTES_MAX = 8192;

/** Opens the secret that was sealed to the keepers and seals it for its row. The one before is gone, and none is ever shown. */
export const setConnectionSecret: OwnerEffect<"set-connection-secret"> = async ({
  keeper,
  operation,
  input,
}) => {
  const { ownerId } = operation;
  const { connectionId: id, revision } = input;
  const before = await readConnection(keeper, ownerId, id, operation.req);
  const field = secretFieldOf(ConnectionConfig.parse(before.config));
  if (field === null) throw new DomainError("INVALID_STATE", "This connection needs no secret.");
  if (revision <= before.secretRevision) {
    throw new DomainError(
      "CONFLICT",
      "A newer secret was set meanwhile. Type it again if it is to be yours.",
    );
  }
  const place = { tenant: ownerId, connection: id, field, revision };
  const secret = await unsealSecret(keeper, input.sealed, place);
  if (secret.length === 0 || secret.length > SECRET_BYTES_MAX)
    throw new DomainError("INVALID_INPUT", "The secret is empty or too long.");
  const sealed = sealBytes(keeper.keyring, secretCell(ownerId, id), secret);
  secret.fill(0);
  const after = sealConnection(keeper, ownerId, {
    ...before,
    secret: sealed,
    secretRevision: revision,
    rev: before.rev + 1,
  });
  return async (tx) => {
    if (!(await updateConnection(tx, id, before.rev, { ...after, removedAt: null })))
      throw new DomainError("CONFLICT", "The connection was changed meanwhile. Look again.");
    return {
      outcome: { connectionId: id, revision },
      events: [
        {
          action: "connection.secret_set",
          target: { type: "connection", id },
          detail: { revision, rev: after.rev },
        },
      ],
    };
  };
};
