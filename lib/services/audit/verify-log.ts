import type { LogSource, StoredHead } from "#lib/audit/log-source.ts";
import { decodeRange, rangeRoot } from "#lib/audit/merkle.ts";
import type { LogVerdict } from "#lib/audit/verify.ts";
import { verifyLog as verify } from "#lib/audit/verify.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { z } from "#lib/domain/zod.ts";
import type { TreeRow } from "#db/queries/audit-verify.ts";
import {
  readDeploymentId,
  readStrays,
  readTrees,
  streamCheckpoints,
  streamLeaves,
} from "#db/queries/audit-verify.ts";
import type { OperatorTx } from "#db/tenant-tx.ts";
import { withOperatorSnapshot } from "#db/tenant-tx.ts";
import { authorise } from "../authorise.ts";
import type { ServiceContext } from "../context.ts";
import type { Query } from "../define-query.ts";
import { parseInput } from "../parse-input.ts";
import type { AnchorSnapshot } from "./anchored-notes.ts";
import { openAnchorSnapshot } from "./anchored-notes.ts";
import { createEd25519Verify } from "./ed25519.ts";

/** The root that a stored head says; one that is malformed says none, and no tree has it. */
const rootOf = ({ size, hashes }: TreeRow): Uint8Array => {
  try {
    return rangeRoot(decodeRange(size, hashes));
  } catch (error) {
    if (error instanceof DomainError) return new Uint8Array(32);
    throw error;
  }
};

const toHead = (row: TreeRow): StoredHead => ({
  logId: row.logId,
  tenant: row.tenant,
  name: row.tenant === null ? "global" : (row.slug ?? row.tenant),
  size: row.size,
  root: rootOf(row),
});

const sourceOf = (tx: OperatorTx, deployment: string, anchor: AnchorSnapshot): LogSource => ({
  deployment,
  vkeys: anchor.vkeys,
  heads: async () => (await readTrees(tx)).map(toHead),
  leaves: (logId, from, to) => streamLeaves(tx, logId, from, to),
  checkpoints: () => streamCheckpoints(tx),
  anchored: () => anchor.notes(),
  strays: async function* () {
    yield* await readStrays(tx);
  },
});

/**
 * Verifies the log of the live database in one snapshot of it, against the anchor outside: every entry, tree, head,
 * checkpoint and key, and that no event stands outside. Events may arrive meanwhile. Trees go by the tenant's slug, or
 * `global`. `anchorsDir` is the folder of the first anchor, `<data dir>/anchors`.
 */
export const verifyLog: Query<LogVerdict> = Object.assign(
  async (ctx: ServiceContext, raw: unknown) => {
    await authorise(ctx, "platform-audit:read", null);
    const { anchorsDir } = parseInput(z.object({ anchorsDir: z.string().min(1) }), raw);
    // Read before the snapshot is taken: a checkpoint signed in between would seem to be ahead of the database.
    const anchor = await openAnchorSnapshot(anchorsDir);
    return withOperatorSnapshot(ctx.db, async (tx) =>
      verify(sourceOf(tx, await readDeploymentId(tx), anchor), { ed25519Verify: createEd25519Verify() }),
    );
  },
  { permission: "platform-audit:read" as const },
);
