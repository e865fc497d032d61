import type { OwnerTx } from "#db/tenant-tx.ts";

/** Adds to the calls of a connection in this hour. */
export const addCalls = async (
  tx: OwnerTx,
  connectionId: string,
  added: { calls: number; failures: number; requests: number; busiestSecond: number },
): Promise<void> => {
  const { calls, failures, requests, busiestSecond } = added;
  await tx.sql`
    INSERT INTO kms_call_hour (tenant_id, connection_id, hour, calls, failures, requests, busiest_second)
    VALUES (${tx.ownerId}, ${connectionId}, date_trunc('hour', now()), ${calls}, ${failures}, ${requests},
            ${busiestSecond})
    ON CONFLICT (tenant_id, connection_id, hour) DO UPDATE
    SET calls = kms_call_hour.calls + excluded.calls, failures = kms_call_hour.failures + excluded.failures,
        requests = kms_call_hour.requests + excluded.requests,
        busiest_second = greatest(kms_call_hour.busiest_second, excluded.busiest_second)`;
};
