import type { Logger } from "pino";
import type { Database } from "#db/client.ts";
import { listLiveBodies } from "#db/queries/heartbeat.ts";
import { lockRootMove } from "#db/queries/root-move.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { HEARTBEAT_SECONDS_MAX, HeartbeatBody } from "#lib/domain/health.ts";
import type { LocalKms } from "#lib/kms/local.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import type { Keeper, PlatformCmk } from "../keeper.ts";
import { keeperMeta } from "../keeper.ts";
import { runLoop } from "../loop.ts";
import type { Roots } from "./open-roots.ts";

export type RootMove = {
  id: string;
  db: Database;
  kms: LocalKms;
  roots: Roots;
  platform: PlatformCmk;
  log: Logger;
  req: string;
};

const RETRY_MS = 5_000;

export const rootName = (root: Roots["root"]): string => root.id.toString("hex");

/** Keepers that live and were not given the current root: what is moved now they could not open any more. */
const countWithout = async ({ id, db, roots }: RootMove): Promise<number> => {
  const bodies = await withOperator(db, (tx) => listLiveBodies(tx, HEARTBEAT_SECONDS_MAX));
  return bodies.filter(({ keeperId, body }) => {
    const said = HeartbeatBody.safeParse(body).data;
    return (
      keeperId !== id && said?.stopped !== true && !(said?.roots?.ids ?? []).includes(rootName(roots.root))
    );
  }).length;
};

/**
 * Wraps the CMK files that are under a previous root under the current one, once no keeper is left that knows only the
 * previous one. The event comes first: a crash in between leaves files that the next start moves and logs, never a move
 * that nobody was told of.
 */
export const moveRoot = async (move: RootMove): Promise<"done" | "waiting"> => {
  const { kms, db, platform, log } = move;
  const without = await countWithout(move);
  if (without > 0) {
    kms.holdNewFiles();
    log.info(
      { keepers: without },
      "CMK files stay under the previous root until every keeper has the new one",
    );
    return "waiting";
  }
  await withOperator(db, async (tx) => {
    await lockRootMove(tx);
    const { previous: files } = await kms.countByRoot();
    if (files > 0) {
      const event = {
        action: "crypto.key_rotated" as const,
        target: { type: "cmk" as const, id: platform.id },
        detail: { provider: platform.provider, files },
      };
      await withOperator(db, (own) => writeEvents(own, keeperMeta(move, move.req), [event]));
    }
    const moved = await kms.moveToCurrentRoot();
    if (moved > 0) log.info({ files: moved }, "CMK files were wrapped under the new root");
  });
  return "done";
};

/** In dual-key mode: moves what could not be moved at the start, and what a keeper with the previous root made since. */
export const startRootMove = (keeper: Keeper): { close(): Promise<void> } => {
  if (!keeper.roots.dual) return { close: async () => {} };
  return runLoop(keeper, "root", RETRY_MS, async () => {
    await keeper.roots.move();
    return false;
  });
};
