import type { AnyTx, OperatorTx } from "#db/tenant-tx.ts";
import type { Action } from "#lib/domain/audit-catalogue.ts";
import type { CmkHealth, KeyState } from "#lib/domain/key-state.ts";

export type TenantSort = "name" | "created" | "activity";

export type TenantSearch = {
  /** In the name or the slug. */
  text: string | undefined;
  /** Has a version in this state. */
  state: KeyState | undefined;
  sort: TenantSort;
  descending: boolean;
  after: { value: string; id: string } | null;
  limit: number;
};

export type TenantLine = {
  id: string;
  slug: string;
  name: string;
  createdAt: string;
  lastEvent: { at: string; action: Action } | null;
  keys: number;
  /** Versions and DEKs by state. */
  states: { state: KeyState; versions: number; deks: number }[];
  /** The oldest version that DEKs stand under. */
  oldest: { key: string; version: number } | null;
  /** Of the CMKs behind its versions, the worst. */
  health: CmkHealth | null;
  /** What the page is sorted by. */
  place: string;
};

const INSTANT = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;

/** What a page is sorted by, as text that sorts as it should. */
const placeOf = ({ sql }: AnyTx, sort: TenantSort) => {
  switch (sort) {
    case "name":
      return sql`lower(t.name) COLLATE "C"`;
    case "created":
      return sql`to_char(t.created_at AT TIME ZONE 'UTC', ${sql.unsafe(INSTANT)}) COLLATE "C"`;
    case "activity":
      return sql`coalesce(to_char(e.at AT TIME ZONE 'UTC', ${sql.unsafe(INSTANT)}), '') COLLATE "C"`;
    default:
      throw new Error(`db/queries/tenant-search.ts knows no order ${sort satisfies never}`);
  }
};

const likeAny = (text: string): string => `%${text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`;

/** A page of tenants. Census and health are asked for its rows alone. */
export const searchTenantRows = async (tx: OperatorTx, search: TenantSearch): Promise<TenantLine[]> => {
  const { sql } = tx;
  const { text, state, sort, descending, after, limit } = search;
  const place = placeOf(tx, sort);
  const yes = sql`true`;
  const behind = descending
    ? sql`(${place}, t.id) < (${after?.value ?? ""}, ${after?.id ?? null}::uuid)`
    : sql`(${place}, t.id) > (${after?.value ?? ""}, ${after?.id ?? null}::uuid)`;
  const order = descending ? sql`place DESC, id DESC` : sql`place, id`;
  const rows = await sql<TenantLine[]>`
    WITH page AS MATERIALIZED (
      SELECT t.id, t.slug, t.name, t.created_at, e.at, e.action, ${place} AS place
      FROM tenant t
      LEFT JOIN LATERAL (SELECT a.at, a.action FROM audit_event a WHERE a.tenant_id = t.id
                         ORDER BY a.at DESC, a.id DESC LIMIT 1) e ON true
      WHERE t.removed_at IS NULL
        AND ${text === undefined ? yes : sql`(t.name ILIKE ${likeAny(text)} OR t.slug ILIKE ${likeAny(text)})`}
        AND ${
          state === undefined
            ? yes
            : sql`EXISTS (SELECT FROM key_version v WHERE v.tenant_id = t.id AND v.state = ${state})`
        }
        AND ${after === null ? yes : behind}
      ORDER BY ${order} LIMIT ${limit}
    )
    SELECT p.id, p.slug, p.name, p.place, to_char(p.created_at AT TIME ZONE 'UTC', ${sql.unsafe(INSTANT)}) AS "createdAt",
           CASE WHEN p.at IS NOT NULL THEN jsonb_build_object('action', p.action,
             'at', to_char(p.at AT TIME ZONE 'UTC', ${sql.unsafe(INSTANT)})) END AS "lastEvent",
           (SELECT count(*)::int FROM key k WHERE k.tenant_id = p.id) AS keys,
           coalesce(c.states, '[]') AS states, c.oldest, h.health
    FROM page p
    CROSS JOIN LATERAL (
      SELECT jsonb_agg(jsonb_build_object('state', s.state, 'versions', s.versions, 'deks', s.deks)) AS states,
             (jsonb_agg(s.oldest ORDER BY (s.oldest ->> 'version')::int) FILTER (WHERE s.oldest IS NOT NULL)) -> 0 AS oldest
      FROM (
        SELECT v.state, count(*) AS versions, coalesce(sum(d.n), 0) AS deks,
               (jsonb_agg(jsonb_build_object('key', k.name, 'version', v.number) ORDER BY v.number)
                FILTER (WHERE d.n > 0)) -> 0 AS oldest
        FROM key_version v
        JOIN key k ON k.tenant_id = v.tenant_id AND k.id = v.key_id
        LEFT JOIN (SELECT key_id, key_version, count(*) AS n FROM dek WHERE tenant_id = p.id GROUP BY 1, 2) d
          ON d.key_id = v.key_id AND d.key_version = v.number
        WHERE v.tenant_id = p.id GROUP BY v.state
      ) s
    ) c
    LEFT JOIN LATERAL (
      SELECT m.health FROM cmk m WHERE m.id IN (SELECT v.cmk_id FROM key_version v WHERE v.tenant_id = p.id)
      ORDER BY m.health <> 'enabled' DESC, m.health LIMIT 1
    ) h ON true
    ORDER BY ${order}`;
  return [...rows];
};
