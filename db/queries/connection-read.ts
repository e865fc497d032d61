import type { OwnerTx } from "#db/tenant-tx.ts";
import type { ConnectionCustody, ConnectionId, ConnectionProvider } from "#lib/domain/connection.ts";
import type { CmkHealth } from "#lib/domain/key-state.ts";
import type { PreflightView, ProviderVersion } from "#lib/domain/preflight.ts";
import { versionsUnderOwner } from "./connection-owner.ts";

export type ConnectionRow = {
  id: ConnectionId;
  name: string;
  provider: ConnectionProvider;
  custody: ConnectionCustody;
  config: Record<string, string>;
  externalId: string | null;
  providerKeyId: string;
  secretRevision: number;
  rev: number;
  createdAt: string;
  ready: boolean;
  keyVersions: number;
  health: CmkHealth | null;
  since: string | null;
  probedAt: string | null;
  code: string | null;
  message: string | null;
  deletionAt: string | null;
  latencyMs: number | null;
  algorithm: string | null;
  protection: string | null;
  versions: ProviderVersion[] | null;
  paused: boolean;
  calls: number;
  failures: number;
  requests: number;
  busiestSecond: number;
};

/** A keeper says that it pauses every five seconds while it does. */
const PAUSE_SEEN_SECONDS = 12;

/** The tenant's connections that were not removed, by name; or the one of a name. */
export const listConnectionRows = (tx: OwnerTx, name: string | null = null): Promise<ConnectionRow[]> =>
  tx.sql<ConnectionRow[]>`
    SELECT c.id, c.name, c.provider, c.custody, c.config, c.external_id AS "externalId",
           c.provider_key_id AS "providerKeyId", c.secret_revision AS "secretRevision", c.rev,
           to_char(c.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt",
           m.id IS NOT NULL AS ready,
           (SELECT count(*)::int FROM key_version v
            WHERE ${versionsUnderOwner(tx)} AND v.cmk_id = c.id AND v.state <> 'destroyed') AS "keyVersions",
           p.health,
           to_char(p.since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS since,
           to_char(p.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "probedAt",
           p.code, p.message,
           to_char(p.deletion_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "deletionAt",
           p.latency_ms AS "latencyMs", p.algorithm, p.protection, p.versions,
           coalesce(p.paused_at > now() - make_interval(secs => ${PAUSE_SEEN_SECONDS}), false) AS paused,
           coalesce(h.calls, 0)::int AS calls, coalesce(h.failures, 0)::int AS failures,
           coalesce(h.requests, 0)::int AS requests, coalesce(h.busiest, 0)::int AS "busiestSecond"
    FROM kms_connection c
    LEFT JOIN cmk m ON m.id = c.id
    LEFT JOIN kms_probe p ON p.tenant_id = c.tenant_id AND p.connection_id = c.id
    LEFT JOIN LATERAL (
      SELECT sum(calls) AS calls, sum(failures) AS failures, sum(requests) AS requests,
             max(busiest_second) AS busiest
      FROM kms_call_hour
      WHERE tenant_id = c.tenant_id AND connection_id = c.id AND hour > now() - interval '24 hours'
    ) h ON true
    WHERE c.tenant_id = ${tx.ownerId} AND c.removed_at IS NULL AND (${name}::text IS NULL OR c.name = ${name})
    ORDER BY c.name`;

/** The tests of a connection, the newest first. */
export const listPreflightRows = (
  tx: OwnerTx,
  connectionId: string,
  limit: number,
): Promise<PreflightView[]> =>
  tx.sql<PreflightView[]>`
    SELECT id, to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "startedAt",
           to_char(finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "finishedAt",
           passed, steps, warnings, p50_ms AS "p50Ms", p95_ms AS "p95Ms"
    FROM kms_preflight WHERE tenant_id = ${tx.ownerId} AND connection_id = ${connectionId}
    ORDER BY started_at DESC LIMIT ${limit}`;

/** How a connection stands, for a change of it; null when there is none of this name. */
export const findConnectionByName = async (
  tx: OwnerTx,
  name: string,
): Promise<Pick<ConnectionRow, "id" | "config" | "secretRevision" | "rev" | "ready"> | null> => {
  const [row] = await tx.sql<Pick<ConnectionRow, "id" | "config" | "secretRevision" | "rev" | "ready">[]>`
    SELECT c.id, c.config, c.secret_revision AS "secretRevision", c.rev, m.id IS NOT NULL AS ready
    FROM kms_connection c LEFT JOIN cmk m ON m.id = c.id
    WHERE c.tenant_id = ${tx.ownerId} AND c.name = ${name} AND c.removed_at IS NULL`;
  return row ?? null;
};
