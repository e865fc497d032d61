import type { TenantTx } from "#db/tenant-tx.ts";

/** Adds to the calls of a connection in this hour. */
export const addCalls = async (
  tx: TenantTx,
  connectionId: string,
  { calls, failures }: { calls: number; failures: number },
): Promise<void> => {
  await tx.sql`
    INSERT INTO kms_call_hour (tenant_id, connection_id, hour, calls, failures)
    VALUES (${tx.tenantId}, ${connectionId}, date_trunc('hour', now()), ${calls}, ${failures})
    ON CONFLICT (tenant_id, connection_id, hour) DO UPDATE
    SET calls = kms_call_hour.calls + excluded.calls, failures = kms_call_hour.failures + excluded.failures`;
};
