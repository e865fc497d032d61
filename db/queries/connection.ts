import { and, eq, isNull } from "drizzle-orm";
import { kmsConnection } from "#db/schema/connection.ts";
import { cmk } from "#db/schema/key.ts";
import type { OwnerTx, TenantTx } from "#db/tenant-tx.ts";
import type { ConnectionCustody, ConnectionId, ConnectionProvider } from "#lib/domain/connection.ts";
import type { CmkHealth } from "#lib/domain/key-state.ts";
import { cmkOfOwner, ofTenant, versionsUnderOwner } from "./connection-owner.ts";

/** A connection with everything its MAC covers. Keepers only. */
export type SealedConnection = {
  id: ConnectionId;
  name: string;
  provider: ConnectionProvider;
  custody: ConnectionCustody;
  config: Record<string, string>;
  externalId: string | null;
  providerKeyId: string;
  secret: Uint8Array | null;
  secretRevision: number;
  removedAt: string | null;
  rev: number;
  mac: Uint8Array;
  /** The highest rev that a keeper's event tells of; a row behind it was put back from elsewhere. */
  toldRev: number;
};

/** A connection that was not removed. */
export const findSealedConnection = async (tx: OwnerTx, id: string): Promise<SealedConnection | null> => {
  const [row] = await tx.sql<SealedConnection[]>`
    SELECT c.id, c.name, c.provider, c.custody, c.config, c.external_id AS "externalId",
           c.provider_key_id AS "providerKeyId", c.secret, c.secret_revision AS "secretRevision",
           NULL AS "removedAt", c.rev, c.mac,
           coalesce((SELECT max(e.rev) FROM audit_event e WHERE ${ofTenant(tx, "e")} AND e.source = 'keeper' AND e.rev IS NOT NULL
                     AND e.target_id = c.id::text AND e.target_type = 'connection'), 0) AS "toldRev"
    FROM kms_connection c WHERE c.tenant_id = ${tx.ownerId} AND c.id = ${id} AND c.removed_at IS NULL`;
  return row ?? null;
};

export type NewConnection = Omit<SealedConnection, "removedAt" | "toldRev">;

export const insertConnection = async (tx: OwnerTx, row: NewConnection): Promise<void> => {
  await tx.db.insert(kmsConnection).values({ tenantId: tx.ownerId, ...row });
};

type ConnectionChange = {
  secret: Uint8Array | null;
  secretRevision: number;
  removedAt: Date | null;
  rev: number;
  mac: Uint8Array;
};

/** Changes a connection that stands at `fromRev`. False when somebody was there first. */
export const updateConnection = async (
  tx: OwnerTx,
  id: string,
  fromRev: number,
  to: ConnectionChange,
): Promise<boolean> => {
  const { secret, secretRevision, removedAt, rev, mac } = to;
  const rows = await tx.db
    .update(kmsConnection)
    .set({ secret, secretRevision, removedAt, rev, mac })
    .where(
      and(
        eq(kmsConnection.tenantId, tx.ownerId),
        eq(kmsConnection.id, id),
        eq(kmsConnection.rev, fromRev),
        isNull(kmsConnection.removedAt),
      ),
    )
    .returning({ id: kmsConnection.id });
  return rows.length === 1;
};

export type ConnectedCmk = { number: number; providerVersion: string; health: CmkHealth };

/** The CMK behind a connection: it has the connection's id, and is there once a test has passed. */
export const findConnectedCmk = async (tx: OwnerTx, connectionId: string): Promise<ConnectedCmk | null> => {
  const [row] = await tx.db
    .select({ number: cmk.number, providerVersion: cmk.providerVersion, health: cmk.health })
    .from(cmk)
    .where(and(cmkOfOwner(tx), eq(cmk.id, connectionId)));
  return row ?? null;
};

export const insertConnectedCmk = async (
  tx: OwnerTx,
  row: {
    id: string;
    provider: string;
    providerKeyId: string;
    custody: ConnectionCustody;
    providerVersion: string;
  },
): Promise<void> => {
  await tx.db.insert(cmk).values({
    tenantId: "tenantId" in tx ? tx.tenantId : null,
    connectionId: row.id,
    number: 1,
    health: "enabled",
    ...row,
  });
};

/** Notes what the provider says of the CMK now. False when somebody was there first. */
export const updateConnectedCmk = async (
  tx: OwnerTx,
  id: string,
  from: ConnectedCmk,
  to: ConnectedCmk,
): Promise<boolean> => {
  const rows = await tx.db
    .update(cmk)
    .set(to)
    .where(
      and(
        cmkOfOwner(tx),
        eq(cmk.id, id),
        eq(cmk.number, from.number),
        eq(cmk.providerVersion, from.providerVersion),
        eq(cmk.health, from.health),
      ),
    )
    .returning({ id: cmk.id });
  return rows.length === 1;
};

/** Versions of keys whose KEK is wrapped by a CMK and was not destroyed. */
export const countVersionsUnder = async (tx: OwnerTx, cmkId: string): Promise<number> => {
  const [row] = await tx.sql<{ count: number }[]>`
    SELECT count(*)::int AS count FROM key_version v
    WHERE ${versionsUnderOwner(tx)} AND v.cmk_id = ${cmkId} AND v.state <> 'destroyed'`;
  return row?.count ?? 0;
};

/** The provider's name of a CMK, as records call it. */
export const findCmkKeyId = async (tx: OwnerTx, cmkId: string): Promise<string | null> => {
  const [row] = await tx.db
    .select({ providerKeyId: cmk.providerKeyId })
    .from(cmk)
    .where(and(cmkOfOwner(tx), eq(cmk.id, cmkId)));
  return row?.providerKeyId ?? null;
};

/** Locks a connection that was not removed: to change it, or against that. False when there is none. */
export const lockConnection = async (
  tx: OwnerTx,
  id: string,
  strength: "update" | "share",
): Promise<boolean> => {
  const rows = await tx.db
    .select({ id: kmsConnection.id })
    .from(kmsConnection)
    .where(
      and(eq(kmsConnection.tenantId, tx.ownerId), eq(kmsConnection.id, id), isNull(kmsConnection.removedAt)),
    )
    .for(strength);
  return rows.length === 1;
};

/** Is a connection the owner's? One that was removed still is. */
export const isConnectionOf = async (tx: OwnerTx, id: string): Promise<boolean> => {
  const rows = await tx.db
    .select({ id: kmsConnection.id })
    .from(kmsConnection)
    .where(and(eq(kmsConnection.tenantId, tx.ownerId), eq(kmsConnection.id, id)));
  return rows.length === 1;
};

/** Holds a connection of the platform against its removal until the transaction ends. False when there is none. */
export const holdPlatformConnection = async (tx: TenantTx, id: string): Promise<boolean> => {
  const [row] = await tx.sql<{ held: boolean }[]>`SELECT hold_platform_connection(${id}) AS held`;
  return row?.held ?? false;
};
