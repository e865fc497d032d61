import { isLockTimeout } from "#db/queries/rewrap-batch.ts";
import type { OpenChunk } from "#db/queries/rewrap-plan.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { Halt } from "./halt.ts";
import { methodOf } from "./methods.ts";
import type { Run, RunTarget } from "./run.ts";
import type { Prepared } from "./write-batch.ts";
import { writeBatch } from "./write-batch.ts";

const BATCH_MIN = 50;

/** Reads the batches of chunks one after the other; each call gets the next, null when there is none left. */
const createReader = (run: Run, target: RunTarget, chunks: readonly OpenChunk[]) => {
  let place = 0;
  let from = chunks[0]?.cursor ?? "";
  return async (): Promise<Omit<Prepared, "write"> | null> => {
    const chunk = chunks[place];
    if (!chunk) return null;
    const limit = run.pacer.batchSize(run.throttle.batchSize(run.batch));
    const range = { cursor: from, upto: chunk.upto };
    const read = await withTenant(run.engine.keeper.db, run.tenantId, (tx) =>
      methodOf(target.mode).read(tx, run, target, range, limit),
    );
    const batch = { chunk, from, read };
    from = read.end ? (chunks[++place]?.cursor ?? "") : read.last;
    return batch;
  };
};

/**
 * Moves the DEKs of open chunks: while one batch is written, the next are rewrapped and the one after is read. What was
 * prepared and not written when this throws is read again by whoever goes on.
 *
 * @throws `Halt`, `Blocked`
 */
export const moveChunks = async (
  run: Run,
  target: RunTarget,
  chunks: readonly OpenChunk[],
): Promise<void> => {
  const next = createReader(run, target, chunks);
  let reading: Promise<unknown> = Promise.resolve();
  const prepare = (): Promise<Prepared | null> => {
    const read = reading.then(next);
    reading = read;
    const prepared = read.then(async (batch) => batch && { ...batch, write: await batch.read.prepare() });
    // Whoever waits for it hears of a failure; those after it need not.
    prepared.catch(() => {});
    return prepared;
  };
  const ahead = Array.from({ length: run.engine.sizes.ahead }, prepare);
  for (;;) {
    const prepared = await ahead.shift();
    if (!prepared) return;
    ahead.push(prepare());
    await run.pacer.take(prepared.read.count, run.signal);
    if (run.signal.aborted) throw new Halt("stopped");
    const began = performance.now();
    await writeBatch(run, target, prepared).catch((error: unknown) => {
      if (!isLockTimeout(error)) throw error;
      // A foreground write holds a row. A smaller batch asks for fewer of them.
      run.batch = Math.max(BATCH_MIN, Math.floor(run.batch / 4));
      throw new Halt("busy");
    });
    run.batch = Math.min(run.batch * 2, run.engine.sizes.batch);
    await run.throttle.rest({ ms: performance.now() - began, count: prepared.read.count }, run.signal);
  }
};
