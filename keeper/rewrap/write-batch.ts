import type { DekBatch } from "#db/queries/rewrap-batch.ts";
import { addFailures, advanceChunk, lockRest, moveDeks, prepareMove } from "#db/queries/rewrap-batch.ts";
import type { OpenChunk } from "#db/queries/rewrap-plan.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import { withTenant } from "#db/tenant-tx.ts";
import type { EventDraft } from "#lib/domain/audit-catalogue.ts";
import type { ErrorCode } from "#lib/domain/errors.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import { valuesOf } from "./columns.ts";
import type { Rewrapped } from "./rewrap-batch.ts";
import { rewrapBatch } from "./rewrap-batch.ts";
import type { Run, RunTarget } from "./run.ts";
import { holdForBatch, jobTarget } from "./run.ts";

/** A batch on its way: what was read of a chunk and what became of it. */
export type Prepared = {
  chunk: OpenChunk;
  /** Behind which record id it was read. */
  from: string;
  read: DekBatch;
  rewrapped: Rewrapped;
  /** The range has nothing behind this batch. */
  last: boolean;
};

const moveAll = async (tx: TenantTx, { moves }: Rewrapped): Promise<number> =>
  (await Promise.all(moves.map((move) => moveDeks(tx, move)))).reduce((sum, moved) => sum + moved, 0);

type Failure = { recordId: string; code: ErrorCode };

/**
 * The rows of a batch that were not moved. Current or gone is done; what somebody wrote between our read and our write
 * is rewrapped again; and what did not open is tried once more, and listed.
 */
const moveRest = async (
  tx: TenantTx,
  run: Run,
  target: RunTarget,
  { from, read }: Prepared,
): Promise<{ moved: number; failures: Failure[] }> => {
  const rest = await lockRest(tx, target, { cursor: from, upto: read.last });
  // Their rows are locked now: nobody comes between again, and no KMS is waited for.
  const again = await rewrapBatch(run, target, rest, run.engine.keeper.keks.held);
  const ids = valuesOf(rest.ids);
  return {
    moved: await moveAll(tx, again),
    failures: again.failures.map(({ row, code }) => ({ recordId: ids[row] ?? "", code })),
  };
};

const listFailures = async (tx: TenantTx, run: Run, failures: readonly Failure[]): Promise<number> => {
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
  return addFailures(tx, run.jobId, failures);
};

/**
 * Writes a batch: DEKs, the chunk's cursor and counts, failures and, at the chunk's end, its event, in one transaction.
 * Somebody who paused or cancelled the job before it is heard first.
 *
 * @throws `Halt`, `Blocked`: nothing is written then.
 */
export const writeBatch = async (run: Run, target: RunTarget, prepared: Prepared): Promise<void> => {
  const { chunk, read, rewrapped, last } = prepared;
  const ratePerSecond = run.rate.report();
  await withTenant(run.engine.keeper.db, run.tenantId, async (tx) => {
    // Sent together; the statements that move are undone when the job may not go on.
    const [, , first] = await Promise.all([
      prepareMove(tx),
      holdForBatch(tx, run, target),
      moveAll(tx, rewrapped),
    ]);
    const rest: { moved: number; failures: Failure[] } =
      first < read.count ? await moveRest(tx, run, target, prepared) : { moved: 0, failures: [] };
    const moved = first + rest.moved;
    const counts = await advanceChunk(tx, {
      jobId: run.jobId,
      n: chunk.n,
      cursor: read.count > 0 ? read.last : prepared.from,
      moved,
      failed: await listFailures(tx, run, rest.failures),
      skipped: Math.max(0, read.count - moved - rest.failures.length),
      last,
      ratePerSecond,
    });
    if (last) {
      const event: EventDraft = {
        action: "rewrap.chunk_completed",
        target: jobTarget(run),
        detail: { chunk: chunk.n, ...counts },
      };
      await writeEvents(tx, run.meta, [event]);
    }
  });
  run.rate.add(read.count);
};
