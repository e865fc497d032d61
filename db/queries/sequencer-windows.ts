import type { OperatorTx } from "#db/tenant-tx.ts";
import type { CodeCount } from "#lib/domain/access-outcome.ts";
import type { TenantId } from "#lib/domain/ids.ts";

/** A window of data access that is over, or that nobody has closed in time. */
export type AccessWindowRow = {
  tenantId: TenantId;
  tokenId: string;
  verb: string;
  collection: string;
  keyVersion: number;
  count: number;
  failed: number;
  codes: CodeCount[];
  from: string;
  incomplete: boolean;
  /** When the window is one request's own. */
  req: string | null;
  recordId: string | null;
};

/**
 * Takes windows that were closed, and those older than `secondsMax` that never were. A keeper that is just closing one
 * is waited for: what comes back is how the row stood when it went. Those of other verbs than `verbs` stay, and hold up none.
 */
export const takeAccessWindows = async (
  tx: OperatorTx,
  secondsMax: number,
  limit: number,
  verbs: readonly string[],
): Promise<AccessWindowRow[]> => {
  const rows = await tx.sql<
    (Omit<AccessWindowRow, "count" | "failed"> & { count: string; failed: string })[]
  >`
    DELETE FROM access_window WHERE id IN (
      SELECT id FROM access_window
      WHERE (ended_at IS NOT NULL OR started_at < now() - make_interval(secs => ${secondsMax}))
        AND verb = ANY (${[...verbs]})
      ORDER BY started_at LIMIT ${limit})
    RETURNING tenant_id AS "tenantId", token_id AS "tokenId", verb, collection, key_version AS "keyVersion",
              count, failed, codes, ended_at IS NULL AS incomplete, req, record_id AS "recordId",
              to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "from"`;
  return rows.map((row) => ({ ...row, count: Number(row.count), failed: Number(row.failed) }));
};
