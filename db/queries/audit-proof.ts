import type { AnyTx } from "#db/tenant-tx.ts";

export type TreeHashes = {
  size: number;
  /** The compact range of the head. */
  range: Buffer;
  /** The leaf hashes, side by side. */
  leaves: Buffer;
};

/** A tree as it is now, leaf by leaf, if it has at most `leavesMax`. */
export const readTreeHashes = async (
  tx: AnyTx,
  logId: string,
  leavesMax: number,
): Promise<TreeHashes | null> => {
  const [row] = await tx.sql<{ size: string; range: Buffer; leaves: Buffer | null }[]>`
    SELECT h.size, h.hashes AS range,
           (SELECT string_agg(l.leaf_hash, ''::bytea ORDER BY l.leaf_index) FROM audit_leaf l
            WHERE l.log_id = h.log_id AND l.leaf_index < h.size) AS leaves
    FROM audit_head h WHERE h.log_id = ${logId} AND h.size <= ${leavesMax}`;
  return row?.leaves ? { size: Number(row.size), range: row.range, leaves: row.leaves } : null;
};
