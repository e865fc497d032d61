import { addCalls } from "#db/queries/call-hour.ts";
import { claimProbe, notePause } from "#db/queries/probe.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { newId } from "#lib/domain/ids.ts";
import type { Keeper } from "../keeper.ts";
import { runLoop } from "../loop.ts";
import { probeConnection } from "./probe.ts";
import { ensureSealingKey } from "./sealing-key.ts";
import { toCallHour } from "./to-call-hour.ts";
import { withOwner } from "./with-owner.ts";

/** A probe's turn comes early enough that it is done within five minutes. */
const EVERY_SECONDS = 240;
const IDLE_MS = 5_000;
/** Probes at once, so that some dead KMS do not make the others late. */
const AT_ONCE = 16;
const SEALING_KEY_MS = 3_600_000;

/** Adds what was asked of providers since the last time to the counts of this hour. */
export const flushCalls = async (keeper: Keeper): Promise<void> => {
  for (const [id, { ownerId, link }] of keeper.connections.list()) {
    const added = toCallHour(link.takeCounts());
    if (added.calls > 0 || added.requests > 0)
      await withOwner(keeper, ownerId, (tx) => addCalls(tx, id, added));
  }
};

/** Tells of the connections that this keeper leaves alone for now, while it does. */
export const notePauses = async (keeper: Keeper): Promise<void> => {
  for (const [id, { ownerId, link }] of keeper.connections.list())
    if (link.breaker() !== "closed") await withOwner(keeper, ownerId, (tx) => notePause(tx, id));
};

/** Probes the connections that are due, and tells how many. */
export const probeDue = async (keeper: Keeper, everySeconds = EVERY_SECONDS): Promise<number> => {
  const probing: Promise<void>[] = [];
  while (probing.length < AT_ONCE) {
    const due = await withOperator(keeper.db, (tx) => claimProbe(tx, everySeconds));
    if (!due) break;
    const { ownerId, connectionId } = due;
    probing.push(
      probeConnection(keeper, ownerId, connectionId, `probe_${newId()}`).catch((err: unknown) => {
        keeper.log.warn({ err, connection: connectionId }, "a connection could not be probed");
      }),
    );
  }
  await Promise.all(probing);
  return probing.length;
};

/** Keeps the health of connections true to the last five minutes, and a key that secrets can be sealed to. */
export const startProbes = (keeper: Keeper): { close(): Promise<void> } => {
  const work = runLoop(keeper, "probes", IDLE_MS, async () => (await probeDue(keeper)) === AT_ONCE);
  const upkeep = runLoop(keeper, "sealing key", SEALING_KEY_MS, async () => {
    await ensureSealingKey(keeper, `start_${keeper.id}`);
    return false;
  });
  const counts = runLoop(keeper, "KMS calls", IDLE_MS, async () => {
    await flushCalls(keeper);
    await notePauses(keeper);
    return false;
  });
  return {
    close: async () => {
      await Promise.all([work, upkeep, counts].map((loop) => loop.close()));
    },
  };
};
