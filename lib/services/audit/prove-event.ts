import { toBase64 } from "#lib/audit/base64.ts";
import { HASH_BYTES } from "#lib/audit/leaf.ts";
import { decodeRange, rangeRoot } from "#lib/audit/merkle.ts";
import { inclusionProof, readerOf } from "#lib/audit/proof.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import type { EventProof } from "#lib/domain/event-proof.ts";
import { isUuid } from "#lib/domain/ids.ts";
import { z } from "#lib/domain/zod.ts";
import { findEvent } from "#db/queries/audit-event.ts";
import { readTreeHashes } from "#db/queries/audit-proof.ts";
import { defineLogQuery } from "./log-scope.ts";

/** A proof is folded from the leaves; beyond so many that is `keyfold audit verify`'s work. */
export const PROOF_LEAVES_MAX = 65_536;

const cut = (hashes: Uint8Array): Uint8Array[] =>
  Array.from({ length: hashes.length / HASH_BYTES }, (_, n) =>
    hashes.subarray(n * HASH_BYTES, (n + 1) * HASH_BYTES),
  );

/** The proof that an event is in its tree as the tree's head is now, for whoever verifies it. */
export const proveEvent = defineLogQuery({
  permission: "audit:read",
  input: z.object({ id: z.string().max(120) }),
  read: async ({ scope, input: { id } }): Promise<EventProof> => {
    if (!isUuid(id)) throw notFound("event");
    return scope.read(async (tx) => {
      const event = await findEvent(tx, id);
      if (!event || (scope.operatorOnly && event.tenant !== null)) throw notFound("event");
      if (!event.leaf) throw new DomainError("INVALID_STATE", "The event is in no tree yet.");
      const tree = await readTreeHashes(tx, event.leaf.logId, PROOF_LEAVES_MAX);
      if (!tree)
        throw new DomainError(
          "TOO_LARGE",
          `The tree has more than ${PROOF_LEAVES_MAX.toLocaleString("en-US")} leaves: keyfold audit verify checks all of it.`,
        );
      const proof = await inclusionProof(readerOf(cut(tree.leaves)), event.leaf.index, tree.size);
      const root = rangeRoot(decodeRange(tree.size, tree.range));
      return { index: event.leaf.index, size: tree.size, root: toBase64(root), proof: proof.map(toBase64) };
    });
  },
});
