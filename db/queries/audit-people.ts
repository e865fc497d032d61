import { inArray } from "drizzle-orm";
import { person } from "#db/schema/person.ts";
import type { OperatorTx } from "#db/tenant-tx.ts";

export type PersonName = { id: string; email: string };

/** Who stands behind the ids in the log. */
export const findPeopleById = (tx: OperatorTx, ids: readonly string[]): Promise<PersonName[]> =>
  tx.db
    .select({ id: person.id, email: person.email })
    .from(person)
    .where(inArray(person.id, [...ids]));

export const findPeopleByEmail = (tx: OperatorTx, emails: readonly string[]): Promise<PersonName[]> =>
  tx.db
    .select({ id: person.id, email: person.email })
    .from(person)
    .where(inArray(person.email, [...emails]));
