import { setTimeout as sleep } from "node:timers/promises";
import { hasEnded, type JobView } from "#lib/domain/job.ts";
import { getKey } from "#lib/services/keys/get-key.ts";
import { getJob } from "#lib/services/rewrap/get-job.ts";
import { listJobs } from "#lib/services/rewrap/list-jobs.ts";
import { pauseRewrap } from "#lib/services/rewrap/pause-rewrap.ts";
import { startRewrap } from "#lib/services/rewrap/start-rewrap.ts";
import type { Scene } from "./scene.ts";

const KEY = "default";
const POLL_MS = 100;
const BEAT_EVERY = 10;
/** How long the rewrap that is to be paused would take to its end: enough to meet its middle. */
const SLOW_SECONDS = 8;

/** The tenant's newest job, or the one that is started now. */
const newestJob = async (scene: Scene, tenant: string, maxRate?: number): Promise<JobView> => {
  const { jobs } = await listJobs(scene.ctx, { tenant, limit: 1 });
  if (jobs[0]) return jobs[0];
  const { result } = await startRewrap(scene.ctx, { tenant, key: KEY, maxRate });
  return getJob(scene.ctx, { job: result.id });
};

const watchJob = async (
  scene: Scene,
  first: JobView,
  beat: () => Promise<void>,
  enough: (job: JobView) => boolean,
): Promise<JobView> => {
  let job = first;
  for (let n = 1; !enough(job) && !hasEnded(job.status); n += 1) {
    await sleep(POLL_MS, undefined, { signal: scene.signal });
    if (n % BEAT_EVERY === 0) await beat();
    job = await getJob(scene.ctx, { job: job.id });
  }
  return job;
};

/** Moves everything to the current version. */
export const rewrapAll = async (scene: Scene, tenant: number, beat: () => Promise<void>): Promise<void> => {
  const job = await newestJob(scene, await scene.slugOf(tenant));
  await watchJob(scene, job, beat, () => false);
};

/** Moves half of what is old, and pauses there. */
export const pauseHalfWay = async (
  scene: Scene,
  tenant: number,
  beat: () => Promise<void>,
): Promise<void> => {
  const slug = await scene.slugOf(tenant);
  const key = await getKey(scene.ctx, { tenant: slug, key: KEY });
  const old = key.versions.filter(({ current }) => !current).reduce((sum, { deks }) => sum + deks, 0);
  const first = await newestJob(scene, slug, Math.max(1, Math.ceil(old / SLOW_SECONDS)));
  const half = (job: JobView): boolean =>
    job.status === "paused" || (job.total > 0 && job.processed * 2 >= job.total);
  const job = await watchJob(scene, first, beat, half);
  if (job.status === "running") await pauseRewrap(scene.ctx, { tenant: slug, job: job.id });
};
