import { and, asc, count, eq, or } from "drizzle-orm";
import { auditView } from "#db/schema/audit-view.ts";
import { person } from "#db/schema/person.ts";
import type { OperatorTx } from "#db/tenant-tx.ts";

export type ViewRow = {
  id: string;
  name: string;
  shared: boolean;
  personId: string;
  email: string;
  query: string;
  from: string;
  to: string;
};

/** A person's own views and those that are shared, by name. */
export const listViews = (tx: OperatorTx, personId: string): Promise<ViewRow[]> =>
  tx.db
    .select({
      id: auditView.id,
      name: auditView.name,
      shared: auditView.shared,
      personId: auditView.personId,
      email: person.email,
      query: auditView.query,
      from: auditView.from,
      to: auditView.to,
    })
    .from(auditView)
    .innerJoin(person, eq(person.id, auditView.personId))
    .where(or(eq(auditView.personId, personId), eq(auditView.shared, true)))
    .orderBy(asc(auditView.name), asc(auditView.id));

export const countViews = async (tx: OperatorTx, personId: string): Promise<number> => {
  const [row] = await tx.db.select({ n: count() }).from(auditView).where(eq(auditView.personId, personId));
  return row?.n ?? 0;
};

/** False when the person has one of that name already. */
export const insertView = async (tx: OperatorTx, row: Omit<ViewRow, "email">): Promise<boolean> => {
  const made = await tx.db
    .insert(auditView)
    .values(row)
    .onConflictDoNothing()
    .returning({ id: auditView.id });
  return made.length === 1;
};

/** Only its owner's: false when it is not theirs, or not there. */
export const deleteView = async (tx: OperatorTx, id: string, personId: string): Promise<boolean> => {
  const gone = await tx.db
    .delete(auditView)
    .where(and(eq(auditView.id, id), eq(auditView.personId, personId)))
    .returning({ id: auditView.id });
  return gone.length === 1;
};
