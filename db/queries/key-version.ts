import { and, desc, eq, ne } from "drizzle-orm";
import { key, keyVersion, keyVersionTransition } from "#db/schema/key.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import type { Actor } from "#lib/domain/audit-catalogue.ts";
import type { KeyId } from "#lib/domain/ids.ts";
import type { KeyState, KeyStatus } from "#lib/domain/key-state.ts";

/** A version with everything its MAC covers, and its key's name and status. Keepers only. */
export type SealedVersion = {
  keyId: KeyId;
  name: string;
  status: KeyStatus;
  number: number;
  state: KeyState;
  current: boolean;
  cmkId: string;
  cmkVersion: string;
  blob: Uint8Array;
  rev: number;
  mac: Uint8Array;
  /** The highest rev that a keeper's event tells of; a row behind it was put back from elsewhere. */
  toldRev: number;
};

const select = (tx: TenantTx) => tx.sql`
  SELECT v.key_id AS "keyId", k.name, k.status, v.number, v.state, v.current, v.cmk_id AS "cmkId",
         v.cmk_version AS "cmkVersion", v.blob, v.rev, v.mac,
         coalesce((SELECT max(e.rev) FROM audit_event e WHERE e.tenant_id = v.tenant_id AND e.source = 'keeper' AND e.rev IS NOT NULL
                   AND e.target_id = v.key_id::text || '/' || v.number), 0) AS "toldRev"
  FROM key_version v JOIN key k USING (tenant_id)
  WHERE k.id = v.key_id AND v.tenant_id = ${tx.tenantId}`;

export const findCurrentVersion = async (tx: TenantTx, name: string): Promise<SealedVersion | null> => {
  const [row] = await tx.sql<SealedVersion[]>`${select(tx)} AND k.name = ${name} AND v.current`;
  return row ?? null;
};

export const findVersion = async (
  tx: TenantTx,
  keyId: string,
  number: number,
): Promise<SealedVersion | null> => {
  const [row] = await tx.sql<SealedVersion[]>`${select(tx)} AND k.id = ${keyId} AND v.number = ${number}`;
  return row ?? null;
};

/** The numbers of a key's versions that hold a KEK, the oldest first. */
export const listUnwrappable = async (tx: TenantTx, keyId: string): Promise<number[]> => {
  const rows = await tx.db
    .select({ number: keyVersion.number })
    .from(keyVersion)
    .where(
      and(
        eq(keyVersion.tenantId, tx.tenantId),
        eq(keyVersion.keyId, keyId),
        ne(keyVersion.state, "destroyed"),
      ),
    )
    .orderBy(keyVersion.number);
  return rows.map(({ number }) => number);
};

export type NewVersion = Omit<SealedVersion, "name" | "status" | "toldRev">;

const recordTransition = async (
  tx: TenantTx,
  version: Pick<NewVersion, "keyId" | "number" | "rev">,
  from: KeyState | null,
  to: KeyState,
  actor: Actor,
) => {
  await tx.db.insert(keyVersionTransition).values({
    tenantId: tx.tenantId,
    keyId: version.keyId,
    number: version.number,
    rev: version.rev,
    fromState: from,
    toState: to,
    actorType: actor.type,
    actorId: actor.id,
  });
};

export const insertVersion = async (tx: TenantTx, version: NewVersion, actor: Actor): Promise<void> => {
  await tx.db.insert(keyVersion).values({ tenantId: tx.tenantId, ...version });
  await recordTransition(tx, version, null, version.state, actor);
};

/** Writes a version's new state, place and bytes under its raised rev. False when somebody was there first. */
export const updateVersion = async (
  tx: TenantTx,
  from: SealedVersion,
  to: Pick<NewVersion, "state" | "current" | "rev" | "mac"> &
    Partial<Pick<NewVersion, "blob" | "cmkId" | "cmkVersion">>,
  actor: Actor,
): Promise<boolean> => {
  const updated = await tx.db
    .update(keyVersion)
    .set({
      state: to.state,
      current: to.current,
      rev: to.rev,
      mac: to.mac,
      ...(to.blob && { blob: to.blob }),
      ...(to.cmkId && to.cmkVersion && { cmkId: to.cmkId, cmkVersion: to.cmkVersion }),
    })
    .where(
      and(
        eq(keyVersion.tenantId, tx.tenantId),
        eq(keyVersion.keyId, from.keyId),
        eq(keyVersion.number, from.number),
        eq(keyVersion.rev, from.rev),
      ),
    )
    .returning({ number: keyVersion.number });
  if (updated.length !== 1) return false;
  if (to.state !== from.state)
    await recordTransition(tx, { ...from, rev: to.rev }, from.state, to.state, actor);
  return true;
};

export type LockedKey = { name: string; status: KeyStatus; rev: number; newest: number };

/** Locks a key against a second change at the same time (not against writes of records), and tells its newest version's number. */
export const lockKey = async (tx: TenantTx, keyId: string): Promise<LockedKey | null> => {
  const [row] = await tx.db
    .select({ name: key.name, status: key.status, rev: key.rev })
    .from(key)
    .where(and(eq(key.tenantId, tx.tenantId), eq(key.id, keyId)))
    .for("no key update");
  if (!row) return null;
  const [newest] = await tx.db
    .select({ number: keyVersion.number })
    .from(keyVersion)
    .where(and(eq(keyVersion.tenantId, tx.tenantId), eq(keyVersion.keyId, keyId)))
    .orderBy(desc(keyVersion.number))
    .limit(1);
  return { ...row, newest: newest?.number ?? 0 };
};

/** Wraps that one reservation covers (`docs/formats.md`, Wrapped DEK). */
export const WRAP_BLOCK = 2 ** 16;
export const WRAPS_MAX = 2 ** 31;

/** Past this many a rotation is asked for. */
export const WRAPS_WORN = WRAPS_MAX - 2 ** 28;

/** Reserves a block of wraps on an active version and tells how many are reserved by now; null when it is used up or not active any more. */
export const reserveWraps = async (tx: TenantTx, keyId: string, number: number): Promise<number | null> => {
  const [row] = await tx.sql<{ reserved: string }[]>`
    UPDATE key_version SET wraps_reserved = wraps_reserved + ${WRAP_BLOCK}
    WHERE tenant_id = ${tx.tenantId} AND key_id = ${keyId} AND number = ${number} AND state = 'active'
      AND wraps_reserved + ${WRAP_BLOCK} <= ${WRAPS_MAX} RETURNING wraps_reserved AS reserved`;
  return row ? Number(row.reserved) : null;
};
