import type { FreshRecord } from "#db/queries/reencrypt-batch.ts";
import { lockRecords, readRecords, replaceDeks, replaceFields } from "#db/queries/reencrypt-batch.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import type { Method } from "./method.ts";
import { reencryptBatch } from "./reencrypt-batch.ts";
import type { RunTarget } from "./run.ts";

/** Records in one transaction: every field of each is read, encrypted and written. */
const RECORDS_MAX = 500;
const BYTES_MAX = 8 * 2 ** 20;

const replace = async (tx: TenantTx, target: RunTarget, fresh: readonly FreshRecord[]): Promise<number> => {
  if (fresh.length === 0) return 0;
  const replaced = await replaceDeks(tx, target, fresh);
  // A DEK that is still the one that was read still has the fields that were read: whoever writes a record writes both.
  if (replaced.size > 0)
    await replaceFields(
      tx,
      target,
      fresh.filter(({ id }) => replaced.has(id)),
    );
  return replaced.size;
};

/** New DEKs and new ciphertext for every record whose DEK was stored before the job was asked for. */
export const reencryptMethod: Method = {
  read: async (tx, run, target, range, limit) => {
    const { records, more } = await readRecords(tx, target, range, Math.min(limit, RECORDS_MAX), BYTES_MAX);
    return {
      count: records.length,
      last: records.at(-1)?.id ?? "",
      end: !more,
      prepare: async () => {
        const { fresh } = await reencryptBatch(run, target, records);
        return (writing) => replace(writing, target, fresh);
      },
    };
  },
  rest: async (tx, run, target, range) => {
    const records = await lockRecords(tx, target, range);
    const { fresh, failures } = await reencryptBatch(run, target, records, run.engine.keeper.keks.held);
    return { moved: await replace(tx, target, fresh), failures };
  },
};
