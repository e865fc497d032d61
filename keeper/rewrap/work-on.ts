import { addKmsCalls, findLatency, releaseLease, renewLease } from "#db/queries/rewrap-lease.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { takeRandom } from "#lib/crypto/random.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { keeperMeta } from "../keeper.ts";
import { countKmsCalls } from "../keys/kms-calls.ts";
import type { Engine } from "./engine.ts";
import { Blocked } from "./halt.ts";
import { createPacer } from "./pacer.ts";
import { createRateMeter } from "./rate-meter.ts";
import type { Run } from "./run.ts";
import { runJob } from "./run-job.ts";
import { createThrottle } from "./throttle.ts";
import { waitJob } from "./wait-job.ts";

const HEARTBEAT_MS = 3_000;
const WAIT_SECONDS = { first: 2, most: 30 };

export type FreeJob = { tenantId: TenantId; id: string };

/** Works on one claimed job, keeping its lease, and lets it go afterwards. */
export const workOn = async (engine: Engine, job: FreeJob, waits: Map<string, number>): Promise<void> => {
  const { keeper } = engine;
  const lost = new AbortController();
  const before =
    (await withTenant(keeper.db, job.tenantId, (tx) => findLatency(tx, job.id))) ?? keeper.foreground.calm();
  const watch = keeper.foreground.watch();
  const req = `req_${takeRandom(8).toString("hex")}`;
  const run: Run = {
    engine,
    tenantId: job.tenantId,
    jobId: job.id,
    req,
    meta: keeperMeta(keeper, req),
    signal: AbortSignal.any([engine.stop, lost.signal]),
    pacer: createPacer(),
    throttle: createThrottle(() => engine.governor.share(before), engine.atWork),
    latency: () => ({ before, during: watch.latency() }),
    kmsCalls: countKmsCalls(req),
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
    watch.end();
    const calls = run.kmsCalls.take();
    run.kmsCalls.end();
    await inTenant(async (tx) => {
      if (calls > 0) await addKmsCalls(tx, job.id, calls);
      await releaseLease(tx, job.id, keeper.id);
    }).catch((err: unknown) => {
      keeper.log.warn({ err, job: job.id }, "a rewrap's lease could not be given back; it will run out");
    });
  }
};
