import { eq } from "drizzle-orm";
import { person } from "#db/schema/person.ts";
import type { OperatorTx } from "#db/tenant-tx.ts";

/**
 * Holds a person's password until the transaction ends: those who sign in with it share it, who changes it has it alone.
 * Without it a session that was just being opened with the old password would outlive the change.
 */
export const holdPerson = async (tx: OperatorTx, id: string, how: "to sign in" | "to change") => {
  const key = `person ${id}`;
  if (how === "to sign in") await tx.sql`SELECT pg_advisory_xact_lock_shared(hashtextextended(${key}, 0))`;
  else await tx.sql`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))`;
};

export const findPasswordHash = async (tx: OperatorTx, id: string): Promise<string | null> => {
  const [row] = await tx.db.select({ hash: person.passwordHash }).from(person).where(eq(person.id, id));
  return row?.hash ?? null;
};

/** The role is another matter: it has a MAC, which says nothing of the password. */
export const setPasswordHash = async (tx: OperatorTx, id: string, passwordHash: string): Promise<void> => {
  await tx.db.update(person).set({ passwordHash }).where(eq(person.id, id));
};
