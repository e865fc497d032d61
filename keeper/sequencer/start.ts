import { setTimeout as sleep } from "node:timers/promises";
import { findNewestCheckpoint } from "#db/queries/sequencer-checkpoints.ts";
import { measureQueue } from "#db/queries/sequencer-queue.ts";
import { withOperator } from "#db/tenant-tx.ts";
import type { HeartbeatBody } from "#lib/domain/health.ts";
import type { Keeper } from "../keeper.ts";
import { runLoop } from "../loop.ts";
import { closeAccessWindows } from "./access-windows.ts";
import { anchorCheckpoints } from "./anchor-checkpoints.ts";
import { EPOCH } from "./epoch.ts";
import { publish } from "./publish.ts";
import { reportRefusal, SigningRefused } from "./refusal.ts";
import { sequenceBatch } from "./sequence-batch.ts";
import type { Signer } from "./signer.ts";
import { openSigner } from "./signer.ts";

/** How the log's sequencing and signing stand. `lastCheckpoint.at` is when it was last signed, or found still to hold. */
export type SequencerState = HeartbeatBody["sequencer"];

const POLL_MS = 250;
const WINDOWS_MS = 1_000;
const SIGN_MS = 2_000;
const MEASURE_MS = 2_000;
/** How long a close waits for a backlog before it signs what there is. */
const DRAIN_MS = 5_000;

const initialState = (): SequencerState => ({
  status: "standby",
  unsequenced: 0,
  oldestUnsequencedSeconds: null,
  lastCheckpoint: null,
});

let state = initialState();

/** The state of the sequencer that this process has started. */
export const sequencerState = (): SequencerState => ({ ...state });

/** Sequences, turns access windows into events, and measures the queue, each in its own time. */
const startPlacing = (keeper: Keeper, own: SequencerState) => {
  let measuredAt = 0;
  const place = async (): Promise<boolean> => {
    const placed = await sequenceBatch(keeper);
    if (own.status !== "refusing") own.status = placed === null ? "standby" : "running";
    if (performance.now() - measuredAt > MEASURE_MS) {
      const { unsequenced, oldestSeconds } = await withOperator(keeper.sequencerDb, measureQueue);
      Object.assign(own, { unsequenced, oldestUnsequencedSeconds: oldestSeconds });
      measuredAt = performance.now();
    }
    return (placed ?? 0) > 0;
  };
  return [
    runLoop(keeper, "sequencer", POLL_MS, place),
    runLoop(keeper, "access windows", WINDOWS_MS, () => closeAccessWindows(keeper)),
  ];
};

/** Signs and anchors. Whatever the database does not bear out ends the signing for good, and nothing else. */
const createSigning = (keeper: Keeper, own: SequencerState) => {
  let signer: Signer | null = null;

  const signOnce = async (isLast: boolean): Promise<void> => {
    if (own.status === "refusing") return;
    try {
      if (!signer) {
        signer = await openSigner(keeper);
        await anchorCheckpoints(keeper, signer);
        // On a first start the key was made just now, and nothing is signed before its event has its place.
        await sequenceBatch(keeper);
      }
      await publish(keeper, signer, isLast);
      await anchorCheckpoints(keeper, signer);
      const newest = await withOperator(keeper.sequencerDb, (tx) => findNewestCheckpoint(tx, EPOCH));
      if (newest) own.lastCheckpoint = { size: newest.size, at: new Date().toISOString() };
    } catch (error) {
      if (!(error instanceof SigningRefused)) throw error;
      Object.assign(own, { status: "refusing", reason: error.reason });
      await reportRefusal(keeper, error);
    }
  };
  return signOnce;
};

/** Places and signs the last of it: what the other parts of the keeper wrote while they closed. */
const finish = async (keeper: Keeper, signOnce: (isLast: boolean) => Promise<void>): Promise<void> => {
  const until = performance.now() + DRAIN_MS;
  while (await closeAccessWindows(keeper));
  while (performance.now() < until) {
    const placed = await sequenceBatch(keeper);
    if (placed === 0) break;
    // Another keeper's sequencer is at it.
    if (placed === null) await sleep(POLL_MS);
  }
  await signOnce(true);
};

/**
 * Starts the keeper's sequencer: it gives every event its place in its tree, signs checkpoints of the global tree and
 * appends them to the anchor file. Of several keepers one works at a time, and any can go on where another stopped.
 */
export const startSequencer = async (keeper: Keeper): Promise<{ close(): Promise<void> }> => {
  const own = initialState();
  state = own;
  const signOnce = createSigning(keeper, own);
  const loops = [
    ...startPlacing(keeper, own),
    runLoop(keeper, "checkpoints", SIGN_MS, async () => {
      await signOnce(false);
      return false;
    }),
  ];
  return {
    close: async () => {
      await Promise.all(loops.map((loop) => loop.close()));
      await finish(keeper, signOnce).catch((err: unknown) =>
        keeper.log.error({ err }, "the last events could not be signed; the next start does it"),
      );
    },
  };
};
