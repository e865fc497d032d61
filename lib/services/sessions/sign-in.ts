import type { Database } from "#db/client.ts";
import { findPersonByEmail } from "#db/queries/person.ts";
import { findPasswordHash, holdPerson } from "#db/queries/person-password.ts";
import { insertSession } from "#db/queries/session.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { createEventLimit } from "#lib/domain/event-limit.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { newId } from "#lib/domain/ids.ts";
import { z } from "#lib/domain/zod.ts";
import { writeEvents } from "../audit/write-event.ts";
import { parseInput } from "../parse-input.ts";
import { checkPassword } from "../people/password.ts";
import { createAttemptLimit } from "./attempt-limit.ts";
import { newSessionToken, sessionTokenHash } from "./session-token.ts";

/** Hours after which a session ends, however busy. */
export const SESSION_HOURS = 12;

const perAccount = createAttemptLimit(5);
const perAddress = createAttemptLimit(30);
const failureEvents = createEventLimit({ perSecond: 2 });

const Credentials = z.object({
  email: z.string().trim().toLowerCase().min(1, "is needed").max(200),
  password: z.string().min(1, "is needed").max(200),
});

type From = { address: string; userAgent: string; req: string };

const notRight = (): DomainError => new DomainError("UNAUTHENTICATED", "E-mail or password is not right.");

const ANONYMOUS = { type: "anonymous" as const, id: "anonymous" };

const logFailure = async (db: Database, personId: string | null, req: string): Promise<void> => {
  const { write, suppressed } = failureEvents("sign-in", Date.now());
  if (!write) return;
  const event = {
    action: "person.sign_in_failed" as const,
    target: personId
      ? { type: "person" as const, id: personId }
      : { type: "deployment" as const, id: "deployment" },
    outcome: "denied" as const,
    detail: { method: "password" as const, ...(suppressed > 0 && { suppressed }) },
  };
  await withOperator(db, (tx) => writeEvents(tx, { source: "console", actor: ANONYMOUS, req }, [event]));
};

/**
 * Checks e-mail and password and opens a session.
 *
 * @returns the person's id and the session token, which belongs into the cookie and nowhere else
 * @throws `UNAUTHENTICATED` in the same words and time for an unknown e-mail and a wrong password; `LIMIT_EXCEEDED`
 */
export const signIn = async (
  db: Database,
  raw: unknown,
  from: From,
): Promise<{ personId: string; token: string }> => {
  const { email, password } = parseInput(Credentials, raw);
  const now = Date.now();
  if (!perAddress.take(from.address, now) || !perAccount.take(email, now)) {
    throw new DomainError("LIMIT_EXCEEDED", "Too many tries. Wait a minute and try again.");
  }
  const person = await withOperator(db, (tx) => findPersonByEmail(tx, email));
  if (!(await checkPassword(password, person?.passwordHash ?? null)) || !person) {
    await logFailure(db, person?.id ?? null, from.req);
    throw notRight();
  }
  const id = newId();
  const token = newSessionToken();
  await withOperator(db, async (tx) => {
    await holdPerson(tx, person.id, "to sign in");
    // It takes a third of a second to check a password: meanwhile it may have become another.
    if ((await findPasswordHash(tx, person.id)) !== person.passwordHash) throw notRight();
    await insertSession(tx, {
      id,
      tokenHash: sessionTokenHash(token),
      personId: person.id,
      hours: SESSION_HOURS,
      userAgent: from.userAgent.slice(0, 300),
    });
    const actor = { type: "person" as const, id: person.id, session: id };
    const event = {
      action: "person.signed_in" as const,
      target: { type: "person" as const, id: person.id },
      detail: { method: "password" as const },
    };
    await writeEvents(tx, { source: "console", actor, req: from.req }, [event]);
  });
  perAccount.forget(email);
  return { personId: person.id, token };
};
