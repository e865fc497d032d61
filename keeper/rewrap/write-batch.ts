import { addFailures, advanceChunk, prepareMove } from "#db/queries/rewrap-batch.ts";
import type { OpenChunk } from "#db/queries/rewrap-plan.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import { withTenant } from "#db/tenant-tx.ts";
import type { EventDraft } from "#lib/domain/audit-catalogue.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import type { Failure, Read, Write } from "./method.ts";
import { deksMoved } from "../metrics/metrics.ts";
import { methodOf } from "./methods.ts";
import type { Run, RunTarget } from "./run.ts";
import { holdForBatch, jobTarget } from "./run.ts";

/** A batch on its way: what was read of a chunk and what became of it. */
export type Prepared = {
  chunk: OpenChunk;
  /** Behind which record id it was read. */
  from: string;
  read: Read;
  write: Write;
};

const listFailures = async (
  tx: TenantTx,
  run: Run,
  n: number,
  failures: readonly Failure[],
): Promise<number> => {
  if (failures.length === 0) return 0;
  const refused = failures.filter(({ code }) => code === "DECRYPT_FAILED").length;
  if (refused > 0) {
    const event: EventDraft = {
      action: "crypto.decrypt_failed",
      target: jobTarget(run),
      outcome: "error",
      detail: { reason: "rewrap", count: refused },
    };
    await writeEvents(tx, run.meta, [event]);
  }
  return addFailures(tx, { jobId: run.jobId, n }, failures);
};

/**
 * Writes a batch: DEKs, the chunk's cursor and counts, failures and, at the chunk's end, its event, in one transaction.
 * Somebody who paused or cancelled the job before it is heard first.
 *
 * @throws `Halt`, `Blocked`: nothing is written then.
 */
export const writeBatch = async (run: Run, target: RunTarget, prepared: Prepared): Promise<void> => {
  const { chunk, from, read, write } = prepared;
  const ratePerSecond = run.rate.report();
  const moved = await withTenant(run.engine.keeper.db, run.tenantId, async (tx) => {
    // Sent together; the statements that move are undone when the job may not go on.
    const [, , first] = await Promise.all([prepareMove(tx), holdForBatch(tx, run, target), write(tx)]);
    const rest: { moved: number; failures: Failure[] } =
      first < read.count
        ? await methodOf(target.mode).rest(tx, run, target, { cursor: from, upto: read.last })
        : { moved: 0, failures: [] };
    const moved = first + rest.moved;
    const counts = await advanceChunk(tx, {
      jobId: run.jobId,
      n: chunk.n,
      cursor: read.count > 0 ? read.last : from,
      moved,
      failed: await listFailures(tx, run, chunk.n, rest.failures),
      skipped: Math.max(0, read.count - moved - rest.failures.length),
      last: read.end,
      ratePerSecond,
      latency: ratePerSecond === null ? null : run.latency(),
    });
    if (read.end) {
      const event: EventDraft = {
        action: "rewrap.chunk_completed",
        target: jobTarget(run),
        detail: { chunk: chunk.n, ...counts },
      };
      await writeEvents(tx, run.meta, [event]);
    }
    return moved;
  });
  deksMoved.inc({ mode: target.mode }, moved);
  run.rate.add(read.count);
};
