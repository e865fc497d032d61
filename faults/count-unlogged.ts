import type { Sql } from "postgres";

/** Changes without their event, and events without their change; each is a finding. */
export const countUnlogged = async (superuser: Sql): Promise<Record<string, number>> => {
  const [row] = await superuser<Record<string, number>[]>`
    WITH event AS (
      SELECT id, action, tenant_id, target_id, convert_from(entry, 'UTF8')::jsonb -> 'detail' AS detail FROM audit_event
    ) SELECT
      (SELECT count(*)::int FROM tenant t WHERE NOT EXISTS (
        SELECT FROM event e WHERE e.action = 'tenant.created' AND e.tenant_id = t.id)) AS tenants,
      (SELECT count(*)::int FROM event e WHERE e.action = 'tenant.created' AND NOT EXISTS (
        SELECT FROM tenant t WHERE t.id = e.tenant_id)) AS tenant_events,
      (SELECT count(*)::int FROM key k WHERE NOT EXISTS (
        SELECT FROM event e WHERE e.action = 'key.created' AND e.target_id = k.id::text)) AS keys,
      (SELECT count(*)::int FROM event e WHERE e.action = 'key.created' AND NOT EXISTS (
        SELECT FROM key k WHERE k.id::text = e.target_id)) AS key_events,
      (SELECT count(*)::int FROM key_version v WHERE v.rev IS DISTINCT FROM (
        SELECT max((e.detail ->> 'rev')::int) FROM event e
        WHERE e.target_id = v.key_id::text || '/' || v.number AND e.detail ? 'rev')) AS versions,
      (SELECT count(*)::int FROM operation o WHERE NOT EXISTS (
        SELECT FROM event e WHERE e.id = o.event_id)) AS operations,
      (SELECT count(*)::int FROM event e WHERE e.detail ? 'operation' AND NOT EXISTS (
        SELECT FROM operation o WHERE o.id::text = e.detail ->> 'operation')) AS operation_events`;
  return row ?? {};
};
