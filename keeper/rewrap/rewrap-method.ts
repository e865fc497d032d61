import { lockRest, moveDeks, readBatch } from "#db/queries/rewrap-batch.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import { valuesOf } from "./columns.ts";
import type { Method } from "./method.ts";
import type { Rewrapped } from "./rewrap-batch.ts";
import { rewrapBatch } from "./rewrap-batch.ts";

const moveAll = async (tx: TenantTx, { moves }: Rewrapped): Promise<number> =>
  (await Promise.all(moves.map((move) => moveDeks(tx, move)))).reduce((sum, moved) => sum + moved, 0);

/** The same DEKs under the target version; the payload is not touched. */
export const rewrapMethod: Method = {
  read: async (tx, run, target, range, limit) => {
    const batch = await readBatch(tx, target, range, limit);
    return {
      count: batch.count,
      last: batch.last,
      end: batch.count < limit,
      prepare: async () => {
        const rewrapped = await rewrapBatch(run, target, batch);
        return (writing) => moveAll(writing, rewrapped);
      },
    };
  },
  rest: async (tx, run, target, range) => {
    const rest = await lockRest(tx, target, range);
    // Their rows are locked now: nobody comes between again, and no KMS is waited for.
    const again = await rewrapBatch(run, target, rest, run.engine.keeper.keks.held);
    const ids = valuesOf(rest.ids);
    return {
      moved: await moveAll(tx, again),
      failures: again.failures.map(({ row, code }) => ({ recordId: ids[row] ?? "", code })),
    };
  },
};
