import { holdPerson, setPasswordHash } from "#db/queries/person-password.ts";
import { findPersonIdByEmail } from "#db/queries/person.ts";
import { revokeSessionsOf } from "#db/queries/session.ts";
import { notFound } from "#lib/domain/errors.ts";
import { z } from "#lib/domain/zod.ts";
import { defineOperatorMutation } from "../define-mutation.ts";

/** Gives a person another password, of which only the hash comes here, and ends every session of theirs. */
export const resetPassword = defineOperatorMutation({
  permission: "person:reset-password",
  input: z.object({
    email: z.string().trim().toLowerCase().min(1, "is needed").max(200),
    passwordHash: z.string().startsWith("scrypt$").max(300),
  }),
  commit: async ({ tx, input }) => {
    const id = await findPersonIdByEmail(tx, input.email);
    if (id === null) throw notFound("person");
    await holdPerson(tx, id, "to change");
    await setPasswordHash(tx, id, input.passwordHash);
    const sessions = await revokeSessionsOf(tx, id);
    return {
      result: { id, email: input.email, sessions },
      event: { action: "person.password_reset", target: { type: "person", id }, detail: { sessions } },
    };
  },
});
