import { and, eq } from "drizzle-orm";
import { kmsPreflight } from "#db/schema/connection.ts";
import type { OwnerTx } from "#db/tenant-tx.ts";
import type { PreflightStep, PreflightWarning } from "#lib/domain/preflight.ts";
import { ofTenant } from "./connection-owner.ts";

export const insertPreflight = async (
  tx: OwnerTx,
  row: { id: string; connectionId: string; steps: PreflightStep[] },
): Promise<void> => {
  // A test that a crash cut short is run again under its id.
  await tx.db
    .insert(kmsPreflight)
    .values({ tenantId: tx.ownerId, warnings: [], ...row })
    .onConflictDoUpdate({ target: [kmsPreflight.tenantId, kmsPreflight.id], set: { steps: row.steps } });
};

/** Writes how far a test is, for whoever watches. */
export const notePreflight = async (tx: OwnerTx, id: string, steps: PreflightStep[]): Promise<void> => {
  await tx.db
    .update(kmsPreflight)
    .set({ steps })
    .where(and(eq(kmsPreflight.tenantId, tx.ownerId), eq(kmsPreflight.id, id)));
};

export const endPreflight = async (
  tx: OwnerTx,
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
    .where(and(eq(kmsPreflight.tenantId, tx.ownerId), eq(kmsPreflight.id, id)));
};

/** Did the newest test begin so long ago, with none asked for since? Who asks has the probe of this connection to itself. */
export const isTestDue = async (tx: OwnerTx, connectionId: string, hours: number): Promise<boolean> => {
  const [row] = await tx.sql<{ due: boolean }[]>`
    SELECT NOT EXISTS (
      SELECT FROM kms_preflight WHERE tenant_id = ${tx.ownerId} AND connection_id = ${connectionId}
      AND started_at > now() - make_interval(hours => ${hours})
    ) AND NOT EXISTS (
      SELECT FROM operation WHERE ${ofTenant(tx)} AND kind = 'test-connection'
      AND input ->> 'connectionId' = ${connectionId} AND created_at > now() - make_interval(hours => ${hours})
    ) AS due`;
  return row?.due ?? false;
};
