import { setTimeout as sleep } from "node:timers/promises";
import type { Cli } from "#cli/shell/command.ts";
import { listHeartbeats } from "#db/queries/heartbeat.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { HEARTBEAT_SECONDS_MAX } from "#lib/domain/health.ts";
import { hasEnded, type JobView } from "#lib/domain/job.ts";
import type { ServiceContext } from "#lib/services/context.ts";
import { getJob } from "#lib/services/rewrap/get-job.ts";

const POLL_MS = 400;
const TELL_MS = 3_000;

const keeperLives = (ctx: ServiceContext): Promise<boolean> =>
  withOperator(ctx.db, async (tx) => {
    const [newest] = await listHeartbeats(tx);
    if (!newest) return false;
    return Date.parse(await tx.now()) - newest.at.getTime() <= HEARTBEAT_SECONDS_MAX * 1000;
  });

const isAway = (error: unknown): boolean => error instanceof DomainError && error.retryable;

/**
 * Waits until a job has ended, however long that takes, and tells how far it is while it waits.
 *
 * @throws `UNAVAILABLE` when for `operationTimeoutMs` no keeper was alive and the job did not move, or the database was away
 */
export const awaitJob = async (
  cli: Cli,
  ctx: ServiceContext,
  id: string,
  tell: (job: JobView) => void,
): Promise<JobView> => {
  let aliveAt = performance.now();
  let toldAt = 0;
  let before = "";
  for (;;) {
    try {
      const job = await getJob(ctx, { job: id });
      if (hasEnded(job.status)) return job;
      const now = `${job.status} ${job.processed} ${job.failed}`;
      if (now !== before || (await keeperLives(ctx))) aliveAt = performance.now();
      if (now !== before && performance.now() - toldAt > TELL_MS) {
        toldAt = performance.now();
        tell(job);
      }
      before = now;
    } catch (error) {
      if (!isAway(error)) throw error;
    }
    if (performance.now() - aliveAt > cli.operationTimeoutMs) {
      throw new DomainError(
        "UNAVAILABLE",
        `No keeper has worked for ${Math.round(cli.operationTimeoutMs / 1000)} s. The rewrap goes on when one is back: look with keyfold rewrap status ${id}`,
      );
    }
    await sleep(POLL_MS);
  }
};
