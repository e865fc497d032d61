import { and, eq, sql } from "drizzle-orm";
import { kmsProbe } from "#db/schema/connection.ts";
import type { OperatorTx, OwnerTx } from "#db/tenant-tx.ts";
import type { OwnerId } from "#lib/domain/ids.ts";
import type { CmkHealth } from "#lib/domain/key-state.ts";
import type { ProviderVersion } from "#lib/domain/preflight.ts";

/** What a probe needs and what it found last. Keepers only: it holds the canary. */
export type ProbeRow = {
  health: CmkHealth;
  canary: Uint8Array;
  canaryVersion: string;
  deletionAt: Date | null;
};

export type ProbeFinding = {
  health: CmkHealth;
  code: string | null;
  message: string | null;
  deletionAt: Date | null;
  latencyMs: number | null;
  algorithm?: string;
  protection?: string;
  /** Undefined where they could not be listed: those that were seen last stay. */
  versions?: ProviderVersion[];
};

export const findProbe = async (tx: OwnerTx, connectionId: string): Promise<ProbeRow | null> => {
  const [row] = await tx.db
    .select({
      health: kmsProbe.health,
      canary: kmsProbe.canary,
      canaryVersion: kmsProbe.canaryVersion,
      deletionAt: kmsProbe.deletionAt,
    })
    .from(kmsProbe)
    .where(and(eq(kmsProbe.tenantId, tx.ownerId), eq(kmsProbe.connectionId, connectionId)));
  return row ?? null;
};

/** A fresh canary and a healthy CMK: what a passed test leaves behind. */
export const putProbe = async (
  tx: OwnerTx,
  connectionId: string,
  now: Date,
  canary: { canary: Uint8Array; canaryVersion: string },
  { versions = [], ...found }: ProbeFinding,
): Promise<void> => {
  const row = { ...found, ...canary, versions, at: now };
  await tx.db
    .insert(kmsProbe)
    .values({ tenantId: tx.ownerId, connectionId, since: now, ...row })
    .onConflictDoUpdate({
      target: [kmsProbe.tenantId, kmsProbe.connectionId],
      set: {
        ...row,
        since: sql`CASE WHEN ${kmsProbe.health} = excluded.health THEN ${kmsProbe.since} ELSE excluded.since END`,
      },
    });
};

/** Writes what a probe found; `since` moves when the health is another. */
export const noteProbe = async (
  tx: OwnerTx,
  connectionId: string,
  now: Date,
  before: CmkHealth,
  found: ProbeFinding,
): Promise<void> => {
  await tx.db
    .update(kmsProbe)
    .set({ ...found, at: now, ...(found.health !== before && { since: now }) })
    .where(and(eq(kmsProbe.tenantId, tx.ownerId), eq(kmsProbe.connectionId, connectionId)));
};

/** Says that a keeper asks nothing of the connection's provider now. */
export const notePause = async (tx: OwnerTx, connectionId: string): Promise<void> => {
  await tx.sql`
    UPDATE kms_probe SET paused_at = now() WHERE tenant_id = ${tx.ownerId} AND connection_id = ${connectionId}`;
};

export const deleteProbe = async (tx: OwnerTx, connectionId: string): Promise<void> => {
  await tx.db
    .delete(kmsProbe)
    .where(and(eq(kmsProbe.tenantId, tx.ownerId), eq(kmsProbe.connectionId, connectionId)));
};

/** Takes the probe that has waited longest and is due, so that no other keeper does it too. */
export const claimProbe = async (
  tx: OperatorTx,
  everySeconds: number,
): Promise<{ ownerId: OwnerId; connectionId: string } | null> => {
  const [row] = await tx.sql<{ ownerId: OwnerId; connectionId: string }[]>`
    UPDATE kms_probe SET at = now() WHERE (tenant_id, connection_id) = (
      SELECT tenant_id, connection_id FROM kms_probe WHERE at < now() - make_interval(secs => ${everySeconds})
      ORDER BY at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING tenant_id AS "ownerId", connection_id AS "connectionId"`;
  return row ?? null;
};
