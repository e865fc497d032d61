import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { consoleSession, person } from "#db/schema/person.ts";
import type { OperatorTx } from "#db/tenant-tx.ts";
import type { Role } from "#lib/domain/permissions.ts";

export type SessionPerson = { sessionId: string; id: string; email: string; name: string; role: Role };

export const insertSession = async (
  tx: OperatorTx,
  row: { id: string; tokenHash: Uint8Array; personId: string; hours: number; userAgent: string },
): Promise<void> => {
  await tx.db.insert(consoleSession).values({
    id: row.id,
    tokenHash: row.tokenHash,
    personId: row.personId,
    expiresAt: sql`now() + make_interval(hours => ${row.hours})`,
    userAgent: row.userAgent,
  });
};

/** The live session of a token's hash: not revoked, not over, not idle for too long. The role is read anew each time. */
export const findLiveSession = async (
  tx: OperatorTx,
  tokenHash: Uint8Array,
  idleMinutes: number,
): Promise<SessionPerson | null> => {
  const [row] = await tx.db
    .select({
      sessionId: consoleSession.id,
      id: person.id,
      email: person.email,
      name: person.name,
      role: person.role,
    })
    .from(consoleSession)
    .innerJoin(person, eq(person.id, consoleSession.personId))
    .where(
      and(
        eq(consoleSession.tokenHash, tokenHash),
        isNull(consoleSession.revokedAt),
        gt(consoleSession.expiresAt, sql`now()`),
        gt(consoleSession.lastSeenAt, sql`now() - make_interval(mins => ${idleMinutes})`),
      ),
    );
  return row ?? null;
};

/** Notes that a session is in use, at most once a minute. */
export const touchSession = async (tx: OperatorTx, id: string): Promise<void> => {
  await tx.sql`
    UPDATE console_session SET last_seen_at = now()
    WHERE id = ${id} AND last_seen_at < now() - interval '1 minute'`;
};

/** Ends a session; its person, or null when it had ended. */
export const revokeSession = async (
  tx: OperatorTx,
  tokenHash: Uint8Array,
): Promise<{ id: string; personId: string } | null> => {
  const [row] = await tx.db
    .update(consoleSession)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(consoleSession.tokenHash, tokenHash), isNull(consoleSession.revokedAt)))
    .returning({ id: consoleSession.id, personId: consoleSession.personId });
  return row ?? null;
};

/** Ends every session of a person, and says how many had not ended. */
export const revokeSessionsOf = async (tx: OperatorTx, personId: string): Promise<number> => {
  const ended = await tx.db
    .update(consoleSession)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(consoleSession.personId, personId), isNull(consoleSession.revokedAt)))
    .returning({ id: consoleSession.id });
  return ended.length;
};
