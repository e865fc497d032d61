import type { OperatorTx } from "#db/tenant-tx.ts";
import type { ActorType } from "#lib/domain/audit-catalogue.ts";
import type { JobMode } from "#lib/domain/job.ts";
import type { KeyState } from "#lib/domain/key-state.ts";

/** Something that somebody should look at. What does not belong to its kind is null. */
export type DecisionRow = {
  kind: "compromised" | "cmk" | "job-failed" | "job-waiting" | "overdue" | "job-paused";
  tenant: string | null;
  key: string | null;
  version: number | null;
  /** The health of a CMK, the status of a job, or why it waits. */
  code: string | null;
  job: string | null;
  mode: JobMode | null;
  /** DEKs it is about. */
  deks: number | null;
  /** The connection that a CMK belongs to, and when its provider deletes it. */
  connection: string | null;
  deletionAt: string | null;
  at: string;
};

/** An instant as the console writes it: RFC 3339 in UTC. */
const instant = ({ sql }: OperatorTx, column: string) =>
  sql.unsafe(`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);

/** Everything that wants a decision, the gravest first; one more than `limit` says that there are others. */
export const listDecisionRows = async (
  tx: OperatorTx,
  { rotationDays, limit }: { rotationDays: number; limit: number },
): Promise<DecisionRow[]> => {
  const rows = await tx.sql<(DecisionRow & { deks: string | null })[]>`
    SELECT kind, tenant, key, version, code, job, mode, deks, ${instant(tx, "decision.at")} AS at, connection,
           ${instant(tx, "decision.deletion_at")} AS "deletionAt" FROM (
      SELECT 1 AS rank, 'compromised' AS kind, t.slug AS tenant, k.name AS key, v.number AS version, NULL AS code,
             NULL::uuid AS job, NULL AS mode, d.n AS deks,
             (SELECT max(h.at) FROM key_version_transition h WHERE h.tenant_id = v.tenant_id AND h.key_id = v.key_id
              AND h.number = v.number AND h.to_state = 'compromised') AS at,
             NULL AS connection, NULL::timestamptz AS deletion_at
      FROM key_version v JOIN tenant t ON t.id = v.tenant_id AND t.removed_at IS NULL
      JOIN key k ON k.tenant_id = v.tenant_id AND k.id = v.key_id
      CROSS JOIN LATERAL (SELECT count(*) AS n FROM dek WHERE dek.tenant_id = v.tenant_id AND dek.key_id = v.key_id
                          AND dek.key_version = v.number) d
      WHERE v.state = 'compromised'
      UNION ALL
      SELECT 2, 'cmk', t.slug, NULL, NULL, c.health, NULL, NULL, NULL, coalesce(p.since, c.created_at), n.name, p.deletion_at
      FROM cmk c LEFT JOIN tenant t ON t.id = c.tenant_id
      LEFT JOIN kms_connection n ON n.id = c.connection_id
      LEFT JOIN kms_probe p ON p.connection_id = c.connection_id
      WHERE c.health <> 'enabled' AND n.removed_at IS NULL AND t.removed_at IS NULL
      UNION ALL
      SELECT CASE j.status WHEN 'paused' THEN 5 ELSE 3 END,
             CASE j.status WHEN 'waiting' THEN 'job-waiting' WHEN 'paused' THEN 'job-paused' ELSE 'job-failed' END,
             t.slug, k.name, j.target_version, coalesce(j.wait_code, j.status), j.id, j.mode,
             CASE WHEN j.started_at IS NOT NULL THEN greatest(0, j.total - c.done) END, j.updated_at, NULL, NULL
      FROM rewrap_job j JOIN tenant t ON t.id = j.tenant_id AND t.removed_at IS NULL
      JOIN key k ON k.tenant_id = j.tenant_id AND k.id = j.key_id
      CROSS JOIN LATERAL (SELECT coalesce(sum(moved + skipped), 0) AS done FROM rewrap_chunk
                          WHERE tenant_id = j.tenant_id AND job_id = j.id) c
      WHERE j.status IN ('waiting', 'paused', 'failed', 'completed_with_failures') AND NOT EXISTS (
        SELECT FROM rewrap_job later WHERE later.tenant_id = j.tenant_id AND later.key_id = j.key_id
        AND (later.created_at, later.id) > (j.created_at, j.id))
      UNION ALL
      SELECT 4, 'overdue', t.slug, k.name, v.number, NULL, NULL, NULL, NULL, v.created_at + make_interval(days => ${rotationDays}),
             NULL, NULL
      FROM key_version v JOIN tenant t ON t.id = v.tenant_id AND t.removed_at IS NULL
      JOIN key k ON k.tenant_id = v.tenant_id AND k.id = v.key_id
      WHERE v.current AND v.state = 'active' AND v.created_at < now() - make_interval(days => ${rotationDays})
    ) decision ORDER BY rank, decision.at, tenant, key LIMIT ${limit + 1}`;
  return rows.map((row) => ({ ...row, deks: row.deks === null ? null : Number(row.deks) }));
};

export type StateCounts = {
  tenants: number;
  keys: number;
  suspendedKeys: number;
  /** The first of them. */
  suspended: { tenant: string; key: string }[];
  versions: { state: KeyState; count: number }[];
};

const SUSPENDED_SHOWN = 5;

/** How many tenants and keys there are, and versions in each state. */
export const countStates = async (tx: OperatorTx): Promise<StateCounts> => {
  const [row] = await tx.sql<{ tenants: number; keys: number; suspended: number }[]>`
    SELECT (SELECT count(*) FROM tenant WHERE removed_at IS NULL)::int AS tenants, count(k.id)::int AS keys,
           count(k.id) FILTER (WHERE k.status = 'suspended')::int AS suspended
    FROM key k JOIN tenant t ON t.id = k.tenant_id AND t.removed_at IS NULL`;
  const versions = await tx.sql<StateCounts["versions"]>`
    SELECT v.state, count(*)::int AS count FROM key_version v
    JOIN tenant t ON t.id = v.tenant_id AND t.removed_at IS NULL GROUP BY v.state`;
  const suspended = await tx.sql<StateCounts["suspended"]>`
    SELECT t.slug AS tenant, k.name AS key FROM key k JOIN tenant t ON t.id = k.tenant_id AND t.removed_at IS NULL
    WHERE k.status = 'suspended' ORDER BY t.slug, k.name LIMIT ${SUSPENDED_SHOWN}`;
  return {
    tenants: row?.tenants ?? 0,
    keys: row?.keys ?? 0,
    suspendedKeys: row?.suspended ?? 0,
    suspended: [...suspended],
    versions: [...versions],
  };
};

export const listOpenJobIds = async (tx: OperatorTx, limit: number): Promise<string[]> => {
  const rows = await tx.sql<{ id: string }[]>`
    SELECT id FROM rewrap_job WHERE status IN ('queued', 'running', 'paused', 'waiting', 'finishing')
    ORDER BY created_at DESC, id DESC LIMIT ${limit}`;
  return rows.map(({ id }) => id);
};

export type RotationRow = { tenant: string; key: string; version: number; dueAt: string };

/** The versions whose turn comes next, by their age. */
export const listRotationRows = async (
  tx: OperatorTx,
  { rotationDays, limit }: { rotationDays: number; limit: number },
): Promise<RotationRow[]> => [
  ...(await tx.sql<RotationRow[]>`
    SELECT t.slug AS tenant, k.name AS key, v.number AS version,
           ${instant(tx, "d.due_at")} AS "dueAt"
    FROM key_version v JOIN tenant t ON t.id = v.tenant_id AND t.removed_at IS NULL
    JOIN key k ON k.tenant_id = v.tenant_id AND k.id = v.key_id AND k.status = 'enabled'
    CROSS JOIN LATERAL (SELECT v.created_at + make_interval(days => ${rotationDays}) AS due_at) d
    WHERE v.current AND v.state = 'active' AND v.created_at >= now() - make_interval(days => ${rotationDays})
    ORDER BY v.created_at, v.tenant_id, v.key_id LIMIT ${limit}`),
];

/** Counted no further than this. */
export const DENIALS_MAX = 10_000;

/** How many requests were refused since so many hours, at most one more than `DENIALS_MAX`. */
export const countDenials = async (tx: OperatorTx, hours: number): Promise<number> => {
  const [row] = await tx.sql<{ n: number }[]>`
    SELECT count(*)::int AS n FROM (
      SELECT FROM audit_event WHERE outcome = 'denied' AND at >= now() - make_interval(hours => ${hours})
      LIMIT ${DENIALS_MAX + 1}) denied`;
  return row?.n ?? 0;
};

export type DenialRow = {
  id: string;
  at: string;
  tenant: string | null;
  action: string;
  actorType: ActorType;
  actorId: string;
};

/** The last requests that were refused. */
export const listDenialRows = async (
  tx: OperatorTx,
  { hours, limit }: { hours: number; limit: number },
): Promise<DenialRow[]> => [
  ...(await tx.sql<DenialRow[]>`
    SELECT e.id, ${instant(tx, "e.at")} AS at, t.slug AS tenant, e.action, e.actor_type AS "actorType", e.actor_id AS "actorId"
    FROM audit_event e LEFT JOIN tenant t ON t.id = e.tenant_id
    WHERE e.outcome = 'denied' AND e.at >= now() - make_interval(hours => ${hours})
    ORDER BY e.at DESC, e.id DESC LIMIT ${limit}`),
];
