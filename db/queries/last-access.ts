import type { TenantTx } from "#db/tenant-tx.ts";

/** When data under a version number was last read and written, as far as the newest of the log tell. RFC 3339. */
export type LastAccess = { version: number; read: string | null; written: string | null };

const EVENTS_MAX = 200;

/** The last uses of the tenant's data, by version number, from the newest events of data access. */
export const findLastAccess = async (tx: TenantTx): Promise<LastAccess[]> => tx.sql<LastAccess[]>`
    WITH newest AS (
      SELECT at, convert_from(entry, 'UTF8')::jsonb -> 'detail' AS detail FROM audit_event
      WHERE tenant_id = ${tx.tenantId} AND action = 'data.access' AND outcome = 'ok' ORDER BY at DESC, id DESC LIMIT ${EVENTS_MAX}
    ), used AS (
      SELECT (detail ->> 'key_version')::int AS version,
             max(at) FILTER (WHERE detail ->> 'verb' IN ('read', 'export', 'decrypt')) AS read,
             max(at) FILTER (WHERE detail ->> 'verb' IN ('write', 'encrypt')) AS written
      FROM newest GROUP BY 1
    )
    SELECT version, to_char(read AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS read,
           to_char(written AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS written
    FROM used WHERE version > 0 ORDER BY version`;
