import { findSample, listSampleTenants } from "#db/queries/sample.ts";
import type { OperatorTx } from "#db/tenant-tx.ts";
import type { SampleView } from "#lib/domain/sample.ts";

/** The sample as it stands; null when there is none, or none any more. */
export const readSample = async (tx: OperatorTx): Promise<SampleView | null> => {
  const row = await findSample(tx);
  if (!row) return null;
  const tenants = await listSampleTenants(tx);
  if (row.state === "removing" && tenants.length === 0) return null;
  const { startedAt, untouched, ...rest } = row;
  return {
    ...rest,
    stalled: row.state !== "loaded" && (untouched || row.error !== null),
    tenants: tenants.map(({ slug, name }) => ({ slug, name })),
    started_at: startedAt.toISOString(),
  };
};
