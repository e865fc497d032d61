import { listRecoverTenants } from "#db/queries/recover.ts";
import { readSnapshot } from "#db/snapshot.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import { createLocalKms } from "#lib/kms/local.ts";
import type { RootKey } from "#lib/kms/root-key.ts";
import { type RecoverOptions, recoverTenant } from "./recover-tenant.ts";

export type Source = {
  databaseUrl: string;
  /** The folder of the CMK files. */
  kmsDir: string;
  /** The root keys that the CMK files may be under. */
  roots: readonly [RootKey, ...RootKey[]];
};

const openKms = async ({ kmsDir, roots }: Source): Promise<RecoverOptions["kms"]> => {
  const [root, ...previousRoots] = roots;
  const kms = createLocalKms({ dir: kmsDir, root, previousRoots });
  const { current, previous, unknown, damaged } = await kms.countByRoot();
  if (current + previous + damaged === 0) {
    throw new DomainError(
      "KMS_MISCONFIGURED",
      unknown === 0
        ? `There are no CMK files in ${kmsDir}.`
        : `The root ${roots.length === 1 ? "key" : "keys"} given ${roots.length === 1 ? "opens" : "open"} none of the ${unknown} CMK files in ${kmsDir}: ${roots.length === 1 ? "it is" : "they are"} not theirs.`,
    );
  }
  return kms;
};

/** Opens all records of a database, or those of one tenant. */
export const recoverDatabase = async (
  source: Source,
  { tenant: slug, ...options }: Omit<RecoverOptions, "kms"> & { tenant: string | undefined },
): Promise<void> => {
  const kms = await openKms(source);
  await readSnapshot(source.databaseUrl, async (tx) => {
    const tenants = await listRecoverTenants(tx, slug);
    if (slug !== undefined && tenants.length === 0) throw notFound("tenant");
    for (const tenant of tenants) await recoverTenant(tx, tenant, { ...options, kms });
  });
};
