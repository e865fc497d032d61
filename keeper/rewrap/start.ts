import { availableParallelism } from "node:os";
import { claimJob, findFreeJobs, releaseLease, renewLease } from "#db/queries/rewrap-lease.ts";
import { withOperator, withTenant } from "#db/tenant-tx.ts";
import { takeRandom } from "#lib/crypto/random.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import type { Keeper } from "../keeper.ts";
import { keeperMeta } from "../keeper.ts";
import { runLoop } from "../loop.ts";
import { createCryptoPool } from "./crypto-pool.ts";
import type { Engine, RewrapSizes } from "./engine.ts";
import { SIZES } from "./engine.ts";
import { Blocked } from "./halt.ts";
import { createPacer } from "./pacer.ts";
import { createRateMeter } from "./rate-meter.ts";
import type { Run } from "./run.ts";
import { runJob } from "./run-job.ts";
import { waitJob } from "./wait-job.ts";

const POLL_MS = 2_000;
const HEARTBEAT_MS = 3_000;
const THREADS_MAX = 2;
/** Jobs that one keeper works on at a time. */
const JOBS_MAX = 4;
const WAIT_SECONDS = { first: 2, most: 30 };

export type RewrapOptions = { sizes?: Partial<RewrapSizes>; pollMs?: number };

type FreeJob = { tenantId: TenantId; id: string };

/** Works on one claimed job, keeping its lease, and lets it go afterwards. */
const workOn = async (engine: Engine, job: FreeJob, waits: Map<string, number>): Promise<void> => {
  const { keeper } = engine;
  const lost = new AbortController();
  const req = `req_${takeRandom(8).toString("hex")}`;
  const run: Run = {
    engine,
    tenantId: job.tenantId,
    jobId: job.id,
    req,
    meta: keeperMeta(keeper, req),
    signal: AbortSignal.any([engine.stop, lost.signal]),
    pacer: createPacer(),
    rate: createRateMeter(),
    batch: engine.sizes.batch,
  };
  const inTenant = <T>(work: Parameters<typeof withTenant<T>>[2]) =>
    withTenant(keeper.db, job.tenantId, work);
  // One beat at a time: those that wait for the job's row would each hold a connection of the data plane's pool.
  let beating = false;
  const beat = async () => {
    if (beating) return;
    beating = true;
    try {
      if (!(await inTenant((tx) => renewLease(tx, job.id, keeper.id)))) lost.abort();
    } catch (err) {
      keeper.log.warn({ err, job: job.id }, "a rewrap's lease could not be renewed");
    } finally {
      beating = false;
    }
  };
  const heartbeat = setInterval(() => void beat(), HEARTBEAT_MS);
  try {
    await runJob(run);
    waits.delete(job.id);
  } catch (error) {
    const code = error instanceof Blocked ? error.code : undefined;
    // A database that is away, or a thread that died: whoever finds the job free goes on at its cursor.
    if (code === undefined) throw error;
    const seconds = Math.min((waits.get(job.id) ?? WAIT_SECONDS.first / 2) * 2, WAIT_SECONDS.most);
    waits.set(job.id, seconds);
    keeper.log.warn({ job: job.id, code, seconds, req }, "a rewrap waits");
    await waitJob(run, code, seconds);
  } finally {
    clearInterval(heartbeat);
    await inTenant((tx) => releaseLease(tx, job.id, keeper.id)).catch((err: unknown) => {
      keeper.log.warn({ err, job: job.id }, "a rewrap's lease could not be given back; it will run out");
    });
  }
};

/** Finds rewraps that nobody works on and works on them, a few at a time, until it is closed. */
export const startRewraps = async (
  keeper: Keeper,
  options: RewrapOptions = {},
): Promise<{ close(): Promise<void> }> => {
  const ended = new AbortController();
  const threads = Math.min(THREADS_MAX, availableParallelism());
  const engine: Engine = {
    keeper,
    crypto: createCryptoPool(threads),
    sizes: { ...SIZES, ...options.sizes },
    stop: AbortSignal.any([keeper.stop, ended.signal]),
  };
  const working = new Map<string, Promise<void>>();
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
