import { eq } from "drizzle-orm";
import { operation } from "#db/schema/operation.ts";
import type { AnyTx } from "#db/tenant-tx.ts";
import type { Actor } from "#lib/domain/audit-catalogue.ts";
import type { OperationDraft, OperationView } from "#lib/domain/operation.ts";

export type NewOperation = OperationDraft & { id: string; actor: Actor; req: string; eventId: string };

/** Puts an intent on record and hints to the keepers, who also poll. */
export const insertOperation = async (tx: AnyTx, draft: NewOperation): Promise<void> => {
  const tenantId = "tenantId" in tx ? tx.tenantId : null;
  await tx.sql`
    INSERT INTO operation (id, tenant_id, kind, input, actor_type, actor_id, req, event_id)
    VALUES (${draft.id}, ${tenantId}, ${draft.kind}, ${JSON.stringify(draft.input)}::text::jsonb,
            ${draft.actor.type}, ${draft.actor.id}, ${draft.req}, ${draft.eventId})`;
  await tx.sql`SELECT pg_notify('keyfold_operation', '')`;
};

const VIEW = {
  id: operation.id,
  kind: operation.kind,
  state: operation.state,
  outcome: operation.outcome,
  errorCode: operation.errorCode,
  errorMessage: operation.errorMessage,
  req: operation.req,
};

export const findOperation = async (tx: AnyTx, id: string): Promise<OperationView | null> => {
  const [row] = await tx.db.select(VIEW).from(operation).where(eq(operation.id, id));
  if (!row) return null;
  const { errorCode, errorMessage, ...view } = row;
  return { ...view, error: errorCode ? { code: errorCode, message: errorMessage ?? "" } : null };
};
