import { asc, count, eq } from "drizzle-orm";
import { person } from "#db/schema/person.ts";
import type { OperatorTx } from "#db/tenant-tx.ts";
import type { Role } from "#lib/domain/permissions.ts";

export type PersonRow = { id: string; email: string; name: string; role: Role; rev: number };
/** With what a keeper checks. */
export type SealedPerson = PersonRow & { mac: Uint8Array; toldRev: number };

const COLUMNS = { id: person.id, email: person.email, name: person.name, role: person.role, rev: person.rev };

export const countPeople = async (tx: OperatorTx): Promise<number> => {
  const [row] = await tx.db.select({ n: count(person.id) }).from(person);
  return row?.n ?? 0;
};

export const insertPerson = async (
  tx: OperatorTx,
  row: PersonRow & { passwordHash: string; mac: Uint8Array },
): Promise<void> => {
  await tx.db.insert(person).values(row);
};

export const findPerson = async (tx: OperatorTx, id: string): Promise<PersonRow | null> => {
  const [row] = await tx.db.select(COLUMNS).from(person).where(eq(person.id, id));
  return row ?? null;
};

export const findPersonIdByEmail = async (tx: OperatorTx, email: string): Promise<string | null> => {
  const [row] = await tx.db.select({ id: person.id }).from(person).where(eq(person.email, email));
  return row?.id ?? null;
};

/** A person with the stored hash of the password, for signing in. */
export const findPersonByEmail = async (
  tx: OperatorTx,
  email: string,
): Promise<(PersonRow & { passwordHash: string }) | null> => {
  const [row] = await tx.db
    .select({ ...COLUMNS, passwordHash: person.passwordHash })
    .from(person)
    .where(eq(person.email, email));
  return row ?? null;
};

/** Keepers only: with the MAC, and the highest rev an event tells of. */
export const findSealedPerson = async (tx: OperatorTx, id: string): Promise<SealedPerson | null> => {
  const [row] = await tx.sql<SealedPerson[]>`
    SELECT p.id, p.email, p.name, p.role, p.rev, p.mac,
           coalesce((SELECT max(e.rev) FROM audit_event e WHERE e.source = 'keeper' AND e.rev IS NOT NULL AND e.tenant_id IS NULL AND e.target_id = p.id::text), 0) AS "toldRev"
    FROM person p WHERE p.id = ${id}`;
  return row ?? null;
};

export const listPeople = (tx: OperatorTx): Promise<PersonRow[]> =>
  tx.db.select(COLUMNS).from(person).orderBy(asc(person.email));
