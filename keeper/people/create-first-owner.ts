import { countPeople, insertPerson } from "#db/queries/person.ts";
import { isUniqueViolation } from "#db/errors.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { grantMac } from "#lib/crypto/grant-mac.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { FirstOwner } from "#lib/domain/first-owner.ts";
import { newId } from "#lib/domain/ids.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import { hashPassword } from "#lib/services/people/password.ts";
import type { Keeper } from "../keeper.ts";
import { keeperMeta } from "../keeper.ts";
import { personPairs } from "./person-pairs.ts";

/** The first start's owner. Does nothing once there is anybody: later people are made by people. */
export const createFirstOwner = async (
  keeper: Pick<Keeper, "id" | "db" | "keyring">,
  given: { email: string; password: string },
  req: string,
): Promise<boolean> => {
  if ((await withOperator(keeper.db, countPeople)) > 0) return false;
  const parsed = FirstOwner.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new DomainError(
      "INVALID_INPUT",
      `KEYFOLD_ADMIN_${String(issue?.path[0]).toUpperCase()} ${issue?.message}.`,
    );
  }
  const row = {
    id: newId(),
    email: parsed.data.email,
    name: "Administrator",
    role: "owner" as const,
    rev: 1,
  };
  const sealed = {
    ...row,
    passwordHash: await hashPassword(parsed.data.password),
    mac: grantMac(keeper.keyring, "person", personPairs(row)),
  };
  try {
    await withOperator(keeper.db, async (tx) => {
      await insertPerson(tx, sealed);
      const event = {
        action: "person.created" as const,
        target: { type: "person" as const, id: row.id },
        detail: { role: row.role, rev: row.rev },
      };
      await writeEvents(tx, keeperMeta(keeper, req), [event]);
    });
    return true;
  } catch (error) {
    if (isUniqueViolation(error)) return false;
    throw error;
  }
};
