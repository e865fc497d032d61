import type { TenantTx } from "#db/tenant-tx.ts";
import type { CodeCount } from "#lib/domain/access-outcome.ts";

export type AccessVerb = "read" | "write" | "delete" | "export" | "encrypt" | "decrypt" | "rewrap";

export type NewWindow = {
  id: string;
  tokenId: string;
  verb: AccessVerb;
  collection: string;
  keyVersion: number;
  keeperId: string;
  /** When the window is one request's own: its id, and the one record it is about. */
  req?: string;
  recordId?: string;
};
export type EndedWindow = NewWindow & {
  count: number;
  failed: number;
  /** The codes of those that failed. */
  codes: readonly CodeCount[];
  startedAt: string;
};

const codesOf = (windows: readonly EndedWindow[]): string[] =>
  windows.map(({ codes }) => JSON.stringify(codes));

const columns = (windows: readonly NewWindow[]) => ({
  ids: windows.map((window) => window.id),
  tokens: windows.map((window) => window.tokenId),
  verbs: windows.map((window) => window.verb),
  collections: windows.map((window) => window.collection),
  versions: windows.map((window) => window.keyVersion),
  keepers: windows.map((window) => window.keeperId),
  reqs: windows.map((window) => window.req ?? null),
  records: windows.map((window) => window.recordId ?? null),
});

/** Opens windows of data access. Committed before the first answer in them is sent. */
export const insertWindows = async (tx: TenantTx, windows: readonly NewWindow[]): Promise<void> => {
  const w = columns(windows);
  await tx.sql`
    INSERT INTO access_window (tenant_id, id, token_id, verb, collection, key_version, keeper_id, req, record_id)
    SELECT ${tx.tenantId}::uuid, w.* FROM unnest(${w.ids}::uuid[], ${w.tokens}::uuid[], ${w.verbs}::text[],
      ${w.collections}::text[], ${w.versions}::int[], ${w.keepers}::uuid[], ${w.reqs}::text[], ${w.records}::uuid[]) AS w`;
};

/** Ends windows with their counts, and returns the ids of those that are still there. Safe to repeat. */
export const endWindows = async (tx: TenantTx, windows: readonly EndedWindow[]): Promise<string[]> => {
  const rows = await tx.sql<{ id: string }[]>`
    UPDATE access_window a SET ended_at = now(), count = w.count, failed = w.failed, codes = w.codes::jsonb
    FROM unnest(${windows.map((window) => window.id)}::uuid[], ${windows.map((window) => window.count)}::bigint[],
      ${windows.map((window) => window.failed)}::bigint[], ${codesOf(windows)}::text[]) AS w(id, count, failed, codes)
    WHERE a.tenant_id = ${tx.tenantId} AND a.id = w.id RETURNING a.id`;
  return rows.map((row) => row.id);
};

/** Writes windows that are over already, under ids of their own. */
export const insertEndedWindows = async (tx: TenantTx, windows: readonly EndedWindow[]): Promise<void> => {
  const w = columns(windows);
  await tx.sql`
    INSERT INTO access_window (tenant_id, id, token_id, verb, collection, key_version, keeper_id, req, record_id, started_at, count,
                               failed, codes, ended_at)
    SELECT ${tx.tenantId}::uuid, w.*, now() FROM unnest(${w.ids}::uuid[], ${w.tokens}::uuid[], ${w.verbs}::text[],
      ${w.collections}::text[], ${w.versions}::int[], ${w.keepers}::uuid[], ${w.reqs}::text[], ${w.records}::uuid[],
      ${windows.map((window) => window.startedAt)}::text[]::timestamptz[], ${windows.map((window) => window.count)}::bigint[],
      ${windows.map((window) => window.failed)}::bigint[], ${codesOf(windows)}::text[]::jsonb[]) AS w`;
};
