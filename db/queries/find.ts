import type { OperatorTx } from "#db/tenant-tx.ts";
import type { TokenKind } from "#lib/domain/token.ts";

export type NamedRow = { kind: "tenant" | "key"; slug: string; tenant: string; key: string | null };

const likeAny = (text: string): string => `%${text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`;

/** Tenants and keys with a text in their name, tenants first. */
export const findByName = async (tx: OperatorTx, text: string, limit: number): Promise<NamedRow[]> => [
  ...(await tx.sql<NamedRow[]>`
    (SELECT 'tenant' AS kind, t.slug, t.name AS tenant, NULL AS key FROM tenant t
     WHERE t.removed_at IS NULL AND (t.name ILIKE ${likeAny(text)} OR t.slug ILIKE ${likeAny(text)})
     ORDER BY t.slug LIMIT ${limit})
    UNION ALL
    (SELECT 'key', t.slug, t.name, k.name FROM key k JOIN tenant t ON t.id = k.tenant_id AND t.removed_at IS NULL
     WHERE t.slug || '/' || k.name ILIKE ${likeAny(text)} OR t.name ILIKE ${likeAny(text)}
     ORDER BY t.slug, k.name LIMIT ${limit})`),
];

export type IdRow = {
  kind: "tenant" | "key" | "job" | "token" | "operator-token" | "connection" | "operation";
  id: string;
  /** The tenant's; empty for what is the platform's. */
  slug: string;
  /** A key's or connection's name, an operation's kind. */
  name: string | null;
  /** The event an operation was asked for with. */
  eventId: string | null;
};

/** Ids from one to another, both included: one whole id, or all that begin alike. */
export type IdRange = { from: string; to: string };

/** What has an id, whatever it is. */
export const findById = async (tx: OperatorTx, { from, to }: IdRange, limit: number): Promise<IdRow[]> => [
  ...(await tx.sql<IdRow[]>`
    SELECT 'tenant' AS kind, t.id, t.slug, NULL AS name, NULL::uuid AS "eventId" FROM tenant t
    WHERE t.id BETWEEN ${from} AND ${to} AND t.removed_at IS NULL
    UNION ALL
    SELECT 'key', k.id, t.slug, k.name, NULL FROM key k JOIN tenant t ON t.id = k.tenant_id AND t.removed_at IS NULL
    WHERE k.id BETWEEN ${from} AND ${to}
    UNION ALL
    SELECT 'job', j.id, t.slug, k.name, NULL FROM rewrap_job j JOIN tenant t ON t.id = j.tenant_id
    JOIN key k ON k.tenant_id = j.tenant_id AND k.id = j.key_id WHERE j.id BETWEEN ${from} AND ${to}
    UNION ALL
    SELECT 'token', s.id, t.slug, NULL, NULL FROM service_token s JOIN tenant t ON t.id = s.tenant_id AND t.removed_at IS NULL
    WHERE s.id BETWEEN ${from} AND ${to}
    UNION ALL
    SELECT 'operator-token', s.id, '', NULL, NULL FROM operator_token s WHERE s.id BETWEEN ${from} AND ${to}
    UNION ALL
    SELECT 'connection', c.id, coalesce(t.slug, ''), c.name, NULL
    FROM kms_connection c LEFT JOIN tenant t ON t.id = c.tenant_id
    WHERE c.id BETWEEN ${from} AND ${to} AND c.removed_at IS NULL AND t.removed_at IS NULL
    UNION ALL
    SELECT 'operation', o.id, coalesce(t.slug, ''), o.kind, o.event_id FROM operation o LEFT JOIN tenant t ON t.id = o.tenant_id
    WHERE o.id BETWEEN ${from} AND ${to}
    LIMIT ${limit}`),
];

/** A token, by the public characters in its text. */
export const findTokenByPublicPart = async (
  tx: OperatorTx,
  { kind, prefix }: { kind: TokenKind; prefix: string },
): Promise<IdRow[]> => [
  ...(kind === "oper"
    ? await tx.sql<IdRow[]>`
        SELECT 'operator-token' AS kind, id, '' AS slug, NULL AS name, NULL::uuid AS "eventId" FROM operator_token
        WHERE prefix = ${prefix}`
    : await tx.sql<IdRow[]>`
        SELECT 'token' AS kind, s.id, t.slug, NULL AS name, NULL::uuid AS "eventId"
        FROM service_token s JOIN tenant t ON t.id = s.tenant_id AND t.removed_at IS NULL
        WHERE s.prefix = ${prefix}`),
];

export type LogTrace = { event: string | null; request: boolean; target: boolean; actor: boolean };

/** How an id stands in the log: as an event's own, a request's, a target's or an actor's. */
export const traceInLog = async (tx: OperatorTx, id: string, isUuid: boolean): Promise<LogTrace> => {
  const [row] = await tx.sql<LogTrace[]>`
    SELECT ${isUuid ? tx.sql`(SELECT action FROM audit_event WHERE id = ${id}::uuid)` : tx.sql`NULL::text`} AS event,
           EXISTS (SELECT FROM audit_event WHERE req = ${id}) AS request,
           EXISTS (SELECT FROM audit_event WHERE target_id = ${id}) AS target,
           EXISTS (SELECT FROM audit_event WHERE actor_id = ${id}) AS actor`;
  return row ?? { event: null, request: false, target: false, actor: false };
};
