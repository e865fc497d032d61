import { and, desc, eq, isNull } from "drizzle-orm";
import { deployment } from "#db/schema/deployment.ts";
import { cmk, keyring } from "#db/schema/key.ts";
import type { OperatorTx } from "#db/tenant-tx.ts";
import type { DeploymentId } from "#lib/domain/ids.ts";

export const findDeploymentId = async (tx: OperatorTx): Promise<DeploymentId> => {
  const [row] = await tx.db.select({ id: deployment.id }).from(deployment);
  if (!row) throw new Error("The database holds no deployment: it was not migrated.");
  return row.id as DeploymentId;
};

export type PlatformRow = {
  id: string;
  provider: string;
  providerKeyId: string;
  number: number;
  providerVersion: string;
};

/** The one that the operator's settings name, and that the keyring is under. */
export const findPlatformCmk = async (tx: OperatorTx): Promise<PlatformRow | null> => {
  const [row] = await tx.db
    .select({
      id: cmk.id,
      provider: cmk.provider,
      providerKeyId: cmk.providerKeyId,
      number: cmk.number,
      providerVersion: cmk.providerVersion,
    })
    .from(cmk)
    .where(and(eq(cmk.custody, "platform"), isNull(cmk.connectionId)));
  return row ?? null;
};

export type KeyringRow = {
  generation: number;
  id: string;
  cmkId: string;
  cmkVersion: string;
  wrapped: Uint8Array;
};

export const findNewestKeyring = async (tx: OperatorTx): Promise<KeyringRow | null> => {
  const [row] = await tx.db
    .select({
      generation: keyring.generation,
      id: keyring.id,
      cmkId: keyring.cmkId,
      cmkVersion: keyring.cmkVersion,
      wrapped: keyring.wrapped,
    })
    .from(keyring)
    .orderBy(desc(keyring.generation))
    .limit(1);
  return row ?? null;
};

/** The first platform CMK and the first generation of the keyring, together. */
export const insertPlatform = async (
  tx: OperatorTx,
  platform: PlatformRow,
  ring: KeyringRow,
): Promise<void> => {
  await tx.db.insert(cmk).values({ ...platform, custody: "platform", health: "enabled" });
  await tx.db.insert(keyring).values(ring);
};
