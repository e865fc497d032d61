import { and, asc, eq } from "drizzle-orm";
import { key, keyVersion, keyVersionTransition } from "#db/schema/key.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import type { KeyId } from "#lib/domain/ids.ts";
import type { Custody, KeyState, KeyStatus } from "#lib/domain/key-state.ts";

export type KeyRow = {
  id: string;
  name: string;
  status: KeyStatus;
  custody: Custody;
  provider: string;
  rev: number;
  createdAt: Date;
};
export type VersionRow = {
  keyId: string;
  number: number;
  state: KeyState;
  current: boolean;
  cmkId: string;
  cmkVersion: string;
  rev: number;
  wrapsReserved: number;
  issued: number;
  emptySince: Date | null;
  createdAt: Date;
};
export type TransitionRow = {
  keyId: string;
  number: number;
  fromState: KeyState | null;
  toState: KeyState;
  at: Date;
  actorType: string;
  actorId: string;
};

export const listKeyRows = (tx: TenantTx): Promise<KeyRow[]> =>
  tx.db
    .select({
      id: key.id,
      name: key.name,
      status: key.status,
      custody: key.custody,
      provider: key.provider,
      rev: key.rev,
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
      rev: keyVersion.rev,
      wrapsReserved: keyVersion.wrapsReserved,
      issued: keyVersion.issued,
      emptySince: keyVersion.emptySince,
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
      fromState: keyVersionTransition.fromState,
      toState: keyVersionTransition.toState,
      at: keyVersionTransition.at,
      actorType: keyVersionTransition.actorType,
      actorId: keyVersionTransition.actorId,
    })
    .from(keyVersionTransition)
    .where(eq(keyVersionTransition.tenantId, tx.tenantId))
    .orderBy(asc(keyVersionTransition.at), asc(keyVersionTransition.rev));

/** A key by its name, with the number of its current version. */
export const findKeyByName = async (
  tx: TenantTx,
  name: string,
): Promise<{ id: KeyId; status: KeyStatus; rev: number; currentVersion: number } | null> => {
  const [row] = await tx.db
    .select({ id: key.id, status: key.status, rev: key.rev, currentVersion: keyVersion.number })
    .from(key)
    .innerJoin(
      keyVersion,
      and(eq(keyVersion.tenantId, key.tenantId), eq(keyVersion.keyId, key.id), eq(keyVersion.current, true)),
    )
    .where(and(eq(key.tenantId, tx.tenantId), eq(key.name, name)));
  return row ? { ...row, id: row.id as KeyId } : null;
};

type Standing = Pick<VersionRow, "state" | "current" | "rev" | "issued" | "emptySince">;

/** How a version of a key stands; null when there is none of that number. */
export const findVersionStanding = async (
  tx: TenantTx,
  keyId: string,
  number: number,
): Promise<Standing | null> => {
  const [row] = await tx.db
    .select({
      state: keyVersion.state,
      current: keyVersion.current,
      rev: keyVersion.rev,
      issued: keyVersion.issued,
      emptySince: keyVersion.emptySince,
    })
    .from(keyVersion)
    .where(
      and(eq(keyVersion.tenantId, tx.tenantId), eq(keyVersion.keyId, keyId), eq(keyVersion.number, number)),
    );
  return row ?? null;
};
