import { desc, eq } from "drizzle-orm";
import { sealingKey } from "#db/schema/connection.ts";
import type { OperatorTx } from "#db/tenant-tx.ts";

/** Whom secrets are sealed to now: the public half. */
export const findNewestSealingKey = async (
  tx: OperatorTx,
): Promise<{ id: string; publicKey: Uint8Array; createdAt: Date } | null> => {
  const [row] = await tx.db
    .select({ id: sealingKey.id, publicKey: sealingKey.publicKey, createdAt: sealingKey.createdAt })
    .from(sealingKey)
    .orderBy(desc(sealingKey.createdAt))
    .limit(1);
  return row ?? null;
};

/** The sealed private half. Keepers only. */
export const findSealingKey = async (
  tx: OperatorTx,
  id: string,
): Promise<{ privateKey: Uint8Array } | null> => {
  const [row] = await tx.db
    .select({ privateKey: sealingKey.privateKey })
    .from(sealingKey)
    .where(eq(sealingKey.id, id));
  return row ?? null;
};

export const insertSealingKey = async (
  tx: OperatorTx,
  row: { id: string; publicKey: Uint8Array; privateKey: Uint8Array },
): Promise<void> => {
  await tx.db.insert(sealingKey).values(row);
};
