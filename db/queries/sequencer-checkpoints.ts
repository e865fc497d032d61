import { and, asc, desc, eq, gt, sql } from "drizzle-orm";
import { auditCheckpoint, auditKey } from "#db/schema/audit.ts";
import type { OperatorTx } from "#db/tenant-tx.ts";

export type NewestCheckpoint = { size: number; signedAt: Date; ageSeconds: number };

export const findNewestCheckpoint = async (
  tx: OperatorTx,
  epoch: number,
): Promise<NewestCheckpoint | null> => {
  const [row] = await tx.db
    .select({
      size: auditCheckpoint.size,
      signedAt: auditCheckpoint.signedAt,
      ageSeconds: sql`extract(epoch FROM clock_timestamp() - ${auditCheckpoint.signedAt})`.mapWith(Number),
    })
    .from(auditCheckpoint)
    .where(eq(auditCheckpoint.epoch, epoch))
    .orderBy(desc(auditCheckpoint.size))
    .limit(1);
  return row ?? null;
};

/** The notes of an epoch beyond a size, in the order of their signing. */
export const listCheckpointsAfter = async (
  tx: OperatorTx,
  epoch: number,
  size: number,
  limit: number,
): Promise<{ size: number; note: string }[]> =>
  tx.db
    .select({ size: auditCheckpoint.size, note: auditCheckpoint.note })
    .from(auditCheckpoint)
    .where(and(eq(auditCheckpoint.epoch, epoch), gt(auditCheckpoint.size, size)))
    .orderBy(asc(auditCheckpoint.size))
    .limit(limit);

export const insertCheckpoint = async (
  tx: OperatorTx,
  row: { epoch: number; size: number; note: string },
): Promise<void> => {
  await tx.db.insert(auditCheckpoint).values(row);
};

export type AuditKeyRow = { vkey: string; sealedSeed: Uint8Array };

export const findAuditKey = async (tx: OperatorTx, epoch: number): Promise<AuditKeyRow | null> => {
  const [row] = await tx.db
    .select({ vkey: auditKey.vkey, sealedSeed: auditKey.sealedSeed })
    .from(auditKey)
    .where(eq(auditKey.epoch, epoch));
  return row ?? null;
};

/** Does the event that names the log's first key stand in the global tree? */
export const isKeyEventPlaced = async (tx: OperatorTx): Promise<boolean> => {
  const [row] = await tx.sql<{ placed: boolean }[]>`
    SELECT EXISTS (SELECT FROM audit_event e JOIN audit_leaf l ON l.event_id = e.id
                   WHERE e.action = 'log.key_created') AS placed`;
  return row?.placed ?? false;
};

export const insertAuditKey = async (tx: OperatorTx, row: AuditKeyRow & { epoch: number }): Promise<void> => {
  await tx.db.insert(auditKey).values(row);
};
