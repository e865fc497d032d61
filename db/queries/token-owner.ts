import type { AnyTx } from "#db/tenant-tx.ts";

/** Whose tokens a transaction means: its tenant's, or the operator's own, which stand in a table of their own. */
export const tokensOf = (tx: AnyTx) =>
  "tenantId" in tx
    ? { table: tx.sql("service_token"), mine: tx.sql`tenant_id = ${tx.tenantId}` }
    : { table: tx.sql("operator_token"), mine: tx.sql`true` };
