import { and, eq } from "drizzle-orm";
import { kmsPreflight } from "#db/schema/connection.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import type { PreflightStep, PreflightWarning } from "#lib/domain/preflight.ts";

export const insertPreflight = async (
  tx: TenantTx,
  row: { id: string; connectionId: string; steps: PreflightStep[] },
): Promise<void> => {
  // A test that a crash cut short is run again under its id.
  await tx.db
    .insert(kmsPreflight)
    .values({ tenantId: tx.tenantId, warnings: [], ...row })
    .onConflictDoUpdate({ target: [kmsPreflight.tenantId, kmsPreflight.id], set: { steps: row.steps } });
};

/** Writes how far a test is, for whoever watches. */
export const notePreflight = async (tx: TenantTx, id: string, steps: PreflightStep[]): Promise<void> => {
  await tx.db
    .update(kmsPreflight)
    .set({ steps })
    .where(and(eq(kmsPreflight.tenantId, tx.tenantId), eq(kmsPreflight.id, id)));
};

export const endPreflight = async (
  tx: TenantTx,
  id: string,
  ending: {
    finishedAt: Date;
    passed: boolean;
    steps: PreflightStep[];
    warnings: PreflightWarning[];
    p50Ms: number | null;
    p95Ms: number | null;
  },
): Promise<void> => {
  await tx.db
    .update(kmsPreflight)
    .set(ending)
    .where(and(eq(kmsPreflight.tenantId, tx.tenantId), eq(kmsPreflight.id, id)));
};
