import { findOpenJob } from "#db/queries/rewrap-job.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import type { KeyId } from "#lib/domain/ids.ts";
import type { Hold, VersionHolds } from "#lib/domain/retire-gate.ts";
import { retireHolds } from "#lib/domain/retire-gate.ts";
import type { Keeper } from "../keeper.ts";

type Version = Omit<VersionHolds, "openJob" | "backupSeconds" | "now"> & { keyId: KeyId };

/** Every reason that holds a version now, of which its row and its DEKs were looked at already. */
export const findHolds = async (
  { backupSeconds }: Pick<Keeper, "backupSeconds">,
  tx: TenantTx,
  { keyId, ...version }: Version,
): Promise<Hold[]> =>
  retireHolds({ ...version, openJob: await findOpenJob(tx, keyId), backupSeconds, now: await tx.now() });
