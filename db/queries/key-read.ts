import { and, asc, eq } from "drizzle-orm";
import { key, keyVersion, keyVersionTransition } from "#db/schema/key.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import type { Custody, KeyState, KeyStatus } from "#lib/domain/key-state.ts";

export type KeyRow = {
  id: string;
  name: string;
  status: KeyStatus;
  custody: Custody;
  provider: string;
  createdAt: Date;
};
export type VersionRow = {
  keyId: string;
  number: number;
  state: KeyState;
  current: boolean;
  cmkId: string;
  cmkVersion: string;
  createdAt: Date;
};
export type TransitionRow = { keyId: string; number: number; toState: KeyState; at: Date };

export const listKeyRows = (tx: TenantTx): Promise<KeyRow[]> =>
  tx.db
    .select({
      id: key.id,
      name: key.name,
      status: key.status,
      custody: key.custody,
      provider: key.provider,
      createdAt: key.createdAt,
    })
    .from(key)
    .where(eq(key.tenantId, tx.tenantId))
    .orderBy(asc(key.name));

export const listVersionRows = (tx: TenantTx): Promise<VersionRow[]> =>
  tx.db
    .select({
      keyId: keyVersion.keyId,
      number: keyVersion.number,
      state: keyVersion.state,
      current: keyVersion.current,
      cmkId: keyVersion.cmkId,
      cmkVersion: keyVersion.cmkVersion,
      createdAt: keyVersion.createdAt,
    })
    .from(keyVersion)
    .where(eq(keyVersion.tenantId, tx.tenantId))
    .orderBy(asc(keyVersion.keyId), asc(keyVersion.number));

export const listTransitionRows = (tx: TenantTx): Promise<TransitionRow[]> =>
  tx.db
    .select({
      keyId: keyVersionTransition.keyId,
      number: keyVersionTransition.number,
      toState: keyVersionTransition.toState,
      at: keyVersionTransition.at,
    })
    .from(keyVersionTransition)
    .where(eq(keyVersionTransition.tenantId, tx.tenantId));

/** A key by its name, with the number of its current version. */
export const findKeyByName = async (
  tx: TenantTx,
  name: string,
): Promise<{ id: string; status: KeyStatus; currentVersion: number } | null> => {
  const [row] = await tx.db
    .select({ id: key.id, status: key.status, currentVersion: keyVersion.number })
    .from(key)
    .innerJoin(
      keyVersion,
      and(eq(keyVersion.tenantId, key.tenantId), eq(keyVersion.keyId, key.id), eq(keyVersion.current, true)),
    )
    .where(and(eq(key.tenantId, tx.tenantId), eq(key.name, name)));
  return row ?? null;
};
