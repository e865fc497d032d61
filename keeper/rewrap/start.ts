import { availableParallelism } from "node:os";
import { claimJob, findFreeJobs } from "#db/queries/rewrap-lease.ts";
import { withOperator, withTenant } from "#db/tenant-tx.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { Keeper } from "../keeper.ts";
import { runLoop } from "../loop.ts";
import { createCryptoPool } from "../threads/crypto-pool.ts";
import type { Engine, RewrapSizes } from "./engine.ts";
import { SIZES } from "./engine.ts";
import { createGovernor } from "./governor.ts";
import type { FreeJob } from "./work-on.ts";
import { workOn } from "./work-on.ts";

const POLL_MS = 2_000;
const THREADS_MAX = 2;
/** Jobs that one keeper works on at a time. */
const JOBS_MAX = 4;

export type RewrapOptions = { sizes?: Partial<RewrapSizes>; pollMs?: number };

/** Finds rewraps that nobody works on and works on them, a few at a time, until it is closed. */
export const startRewraps = async (
  keeper: Keeper,
  options: RewrapOptions = {},
): Promise<{ close(): Promise<void> }> => {
  const ended = new AbortController();
  const working = new Map<string, Promise<void>>();
  const threads = Math.min(THREADS_MAX, availableParallelism());
  const engine: Engine = {
    keeper,
    crypto: createCryptoPool({ threads, background: true }),
    sizes: { ...SIZES, ...options.sizes },
    stop: AbortSignal.any([keeper.stop, ended.signal]),
    governor: createGovernor(keeper.foreground),
    atWork: () => Math.max(1, working.size),
  };
  const waits = new Map<string, number>();

  const take = async (job: FreeJob): Promise<void> => {
    const claimed = await withTenant(keeper.db, job.tenantId, (tx) => claimJob(tx, job.id, keeper.id));
    if (!claimed || engine.stop.aborted) return;
    const work = workOn(engine, job, waits)
      .catch((err: unknown) => {
        const code = err instanceof DomainError ? err.code : "INTERNAL";
        keeper.log.error({ err, code, job: job.id }, "a rewrap was interrupted; it goes on at its cursor");
      })
      .finally(() => working.delete(job.id));
    working.set(job.id, work);
  };

  const loop = runLoop(keeper, "rewraps", options.pollMs ?? POLL_MS, async () => {
    const room = JOBS_MAX - working.size;
    if (room <= 0) return false;
    const free = await withOperator(keeper.db, (tx) => findFreeJobs(tx, JOBS_MAX));
    for (const job of free.filter(({ id }) => !working.has(id)).slice(0, room)) await take(job);
    return false;
  });

  return {
    close: async () => {
      ended.abort();
      await loop.close();
      await Promise.all(working.values());
      await engine.crypto.close();
    },
  };
};
