import { and, asc, eq, isNull, sql } from "drizzle-orm";
import { sampleRun } from "#db/schema/sample.ts";
import { tenant } from "#db/schema/tenant.ts";
import type { OperatorTx } from "#db/tenant-tx.ts";
import { SAMPLE_STALL_SECONDS } from "#lib/domain/sample.ts";
import type { SampleState } from "#lib/domain/sample.ts";

export type SampleRow = {
  state: SampleState;
  /** Nobody has touched it for a while. */
  untouched: boolean;
  records: number;
  step: number;
  written: number;
  total: number;
  error: string | null;
  startedAt: Date;
};

const COLUMNS = {
  state: sampleRun.state,
  untouched: sql<boolean>`${sampleRun.updatedAt} < now() - make_interval(secs => ${SAMPLE_STALL_SECONDS})`,
  records: sampleRun.records,
  step: sampleRun.step,
  written: sampleRun.written,
  total: sampleRun.total,
  error: sampleRun.error,
  startedAt: sampleRun.startedAt,
};

export const findSample = async (tx: OperatorTx): Promise<SampleRow | null> => {
  const [row] = await tx.db.select(COLUMNS).from(sampleRun);
  return row ?? null;
};

/** The run, kept as it is until the transaction ends: nobody begins to remove it meanwhile. */
export const holdSample = async (tx: OperatorTx): Promise<SampleRow | null> => {
  const [row] = await tx.db.select(COLUMNS).from(sampleRun).for("share");
  return row ?? null;
};

/** Begins a run from its first step. What stood of an earlier one is over. */
export const beginSample = async (
  tx: OperatorTx,
  { records, total }: { records: number; total: number },
): Promise<void> => {
  const row = { state: "loading" as const, records, total, step: 0, written: 0, error: null };
  await tx.db
    .insert(sampleRun)
    .values(row)
    .onConflictDoUpdate({
      target: sampleRun.singleton,
      set: { ...row, startedAt: sql`now()`, updatedAt: sql`now()` },
    });
};

/** Notes how far a run is; false when it is not being loaded any more. */
export const noteSample = async (
  tx: OperatorTx,
  note: { step: number; written: number; error: string | null },
): Promise<boolean> => {
  const rows = await tx.db
    .update(sampleRun)
    .set({ ...note, updatedAt: sql`now()` })
    .where(eq(sampleRun.state, "loading"))
    .returning({ state: sampleRun.state });
  return rows.length === 1;
};

export const setSampleState = async (tx: OperatorTx, state: SampleState): Promise<void> => {
  await tx.db.update(sampleRun).set({ state, updatedAt: sql`now()` });
};

/** The sample tenants that are there. */
export const listSampleTenants = (tx: OperatorTx): Promise<{ id: string; slug: string; name: string }[]> =>
  tx.db
    .select({ id: tenant.id, slug: tenant.slug, name: tenant.name })
    .from(tenant)
    .where(and(eq(tenant.sample, true), isNull(tenant.removedAt)))
    .orderBy(asc(tenant.slug));

/** Was there ever a tenant here? */
export const hasHadTenants = async (tx: OperatorTx): Promise<boolean> =>
  (await tx.db.select({ id: tenant.id }).from(tenant).limit(1)).length > 0;
