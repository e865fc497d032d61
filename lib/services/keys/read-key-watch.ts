import { findLastAccess } from "#db/queries/last-access.ts";
import { findCompromisedReads } from "#db/queries/tenant.ts";
import type { TenantRow } from "#db/queries/tenant.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import { notFound } from "#lib/domain/errors.ts";
import type { KeyWatch } from "#lib/domain/key-watch.ts";
import { readJobViews } from "../rewrap/job-views.ts";
import { readKeyViews } from "./key-views.ts";

/** A key with its versions, their last uses and its newest job, as one moment shows them. */
export const readKeyWatch = async (tx: TenantTx, tenant: TenantRow, name: string): Promise<KeyWatch> => {
  const [key] = await readKeyViews(tx, name);
  if (!key) throw notFound("key");
  const [job] = await readJobViews(tx, tenant, { keyId: key.id, limit: 1 });
  return {
    key,
    job: job ?? null,
    uses: await findLastAccess(tx),
    compromisedReads: await findCompromisedReads(tx),
    now: await tx.now(),
  };
};
