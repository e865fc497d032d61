import type { Pairs } from "#lib/crypto/encryption-context.ts";
import type { PersonRow } from "#db/queries/person.ts";

/** What a person's row means as a grant: who has which role (`docs/formats.md`, Grants). */
export const personPairs = ({ id, role, rev }: Pick<PersonRow, "id" | "role" | "rev">): Pairs => ({
  person: id,
  rev: String(rev),
  role,
});
