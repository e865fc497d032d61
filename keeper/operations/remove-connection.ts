import { countVersionsUnder, lockConnection, updateConnection } from "#db/queries/connection.ts";
import { deleteProbe } from "#db/queries/probe.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import { readConnection } from "../connections/read-connection.ts";
import { sealConnection } from "../connections/seal-connection.ts";
import type { OwnerEffect } from "./effect.ts";

/** Ends a connection that holds no key any more, its secret with it. What stood at the provider stays there. */
export const removeConnection: OwnerEffect<"remove-connection"> = async ({ keeper, operation, input }) => {
  const { ownerId } = operation;
  const { connectionId: id, expectedRev } = input;
  const before = await readConnection(keeper, ownerId, id, operation.req);
  return async (tx) => {
    if (!(await lockConnection(tx, id, "update"))) throw notFound("connection");
    const held = await countVersionsUnder(tx, id);
    if (held > 0) {
      throw new DomainError(
        "INVALID_STATE",
        `${held} ${held === 1 ? "version of a key is" : "versions of keys are"} wrapped by this connection's CMK. Move the keys to another connection first.`,
      );
    }
    const removedAt = await tx.now();
    const after = sealConnection(keeper, ownerId, {
      ...before,
      secret: null,
      removedAt,
      rev: before.rev + 1,
    });
    const changed =
      before.rev === expectedRev &&
      (await updateConnection(tx, id, expectedRev, { ...after, removedAt: new Date(removedAt) }));
    if (!changed) throw new DomainError("CONFLICT", "The connection was changed meanwhile. Look again.");
    await deleteProbe(tx, id);
    return {
      outcome: { connectionId: id },
      events: [
        { action: "connection.removed", target: { type: "connection", id }, detail: { rev: after.rev } },
      ],
    };
  };
};
