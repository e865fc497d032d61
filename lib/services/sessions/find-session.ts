import type { Database } from "#db/client.ts";
import type { SessionPerson } from "#db/queries/session.ts";
import { findLiveSession, touchSession } from "#db/queries/session.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { sessionTokenHash } from "./session-token.ts";

/** Minutes without a request after which a session ends. */
export const SESSION_IDLE_MINUTES = 30;

/** Who a session token speaks for right now, or null. Asked on every request: a revoked session ends with the next one. */
export const findSession = (db: Database, token: string): Promise<SessionPerson | null> =>
  withOperator(db, async (tx) => {
    const session = await findLiveSession(tx, sessionTokenHash(token), SESSION_IDLE_MINUTES);
    if (session) await touchSession(tx, session.sessionId);
    return session;
  });
