import { and, eq } from "drizzle-orm";
import { key } from "#db/schema/key.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import type { Custody, KeyStatus } from "#lib/domain/key-state.ts";

export const insertKey = async (
  tx: TenantTx,
  row: { id: string; name: string; custody: Custody; provider: string },
): Promise<void> => {
  await tx.db.insert(key).values({ tenantId: tx.tenantId, status: "enabled", ...row });
};

/** Writes a key's new status under its raised rev. False when somebody was there first. */
export const updateKeyStatus = async (
  tx: TenantTx,
  id: string,
  from: { status: KeyStatus; rev: number },
  to: KeyStatus,
): Promise<boolean> => {
  const updated = await tx.db
    .update(key)
    .set({ status: to, rev: from.rev + 1 })
    .where(
      and(eq(key.tenantId, tx.tenantId), eq(key.id, id), eq(key.status, from.status), eq(key.rev, from.rev)),
    )
    .returning({ id: key.id });
  return updated.length === 1;
};

/** Notes whose CMK holds a key, under its raised rev. False when somebody was there first. */
export const updateKeyHolder = async (
  tx: TenantTx,
  id: string,
  fromRev: number,
  { custody, provider }: { custody: Custody; provider: string },
): Promise<boolean> => {
  const updated = await tx.db
    .update(key)
    .set({ custody, provider, rev: fromRev + 1 })
    .where(and(eq(key.tenantId, tx.tenantId), eq(key.id, id), eq(key.rev, fromRev)))
    .returning({ id: key.id });
  return updated.length === 1;
};
