import type { AnyTx, OperatorTx } from "#db/tenant-tx.ts";
import type { Source } from "#lib/domain/audit-catalogue.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { among } from "./among.ts";

/** An operation under this keeper's lease. */
export type ClaimedOperation = {
  id: string;
  /** Null for what is the operator's own. */
  tenantId: TenantId | null;
  kind: string;
  input: unknown;
  source: Source;
  actorType: string;
  actorId: string;
  req: string;
  eventId: string;
  attempts: number;
};

/** An operation of one tenant. */
export type TenantOperation = ClaimedOperation & { tenantId: TenantId };

/** How long a keeper has an operation to itself; a call to a provider ends well before. */
export const LEASE_SECONDS = 30;

/** Takes the oldest operation that nobody has; `except` are those that have enough under way, null for the operator. */
export const claimOperation = async (
  tx: OperatorTx,
  keeperId: string,
  except: readonly (TenantId | null)[] = [],
): Promise<ClaimedOperation | null> => {
  const tenants = except.filter((id) => id !== null);
  const [row] = await tx.sql<ClaimedOperation[]>`
    UPDATE operation
    SET state = 'running', lease_owner = ${keeperId}, lease_until = now() + make_interval(secs => ${LEASE_SECONDS}), attempts = attempts + 1
    WHERE id = (
      SELECT id FROM operation
      WHERE (state = 'pending' OR (state = 'running' AND lease_until < now()))
        AND CASE WHEN tenant_id IS NULL THEN NOT ${except.includes(null)}::boolean
                 ELSE tenant_id <> ALL (${among(tenants)}::uuid[]) END
      ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING id, tenant_id AS "tenantId", kind, input, source, actor_type AS "actorType", actor_id AS "actorId",
              req, event_id AS "eventId", attempts`;
  return row ?? null;
};

/** Gives an operation back, to be claimed again after a wait. */
export const deferOperation = async (
  tx: OperatorTx,
  id: string,
  keeperId: string,
  seconds: number,
): Promise<void> => {
  await tx.sql`
    UPDATE operation SET lease_until = now() + make_interval(secs => ${seconds})
    WHERE id = ${id} AND lease_owner = ${keeperId} AND state = 'running'`;
};

/** Is the lease still ours, and long enough for one call to a provider? Asked just before an effect. */
export const holdsLease = async (tx: OperatorTx, id: string, keeperId: string): Promise<boolean> => {
  const rows = await tx.sql`
    SELECT FROM operation
    WHERE id = ${id} AND lease_owner = ${keeperId} AND state = 'running' AND lease_until > now() + interval '12 seconds'`;
  return rows.length === 1;
};

export type Ending =
  | { state: "done"; outcome: Record<string, unknown> }
  | { state: "failed"; code: string; message: string };

/** Ends an operation under our lease; false when the lease was lost and somebody else has it. */
export const endOperation = async (
  tx: AnyTx,
  id: string,
  keeperId: string,
  ending: Ending,
): Promise<boolean> => {
  const outcome = ending.state === "done" ? JSON.stringify(ending.outcome) : null;
  const error = ending.state === "failed" ? ending : null;
  const rows = await tx.sql`
    UPDATE operation
    SET state = ${ending.state}, outcome = ${outcome}::text::jsonb, error_code = ${error?.code ?? null},
        error_message = ${error?.message ?? null}, finished_at = now(), lease_until = NULL
    WHERE id = ${id} AND lease_owner = ${keeperId} AND state = 'running' RETURNING id`;
  return rows.length === 1;
};
