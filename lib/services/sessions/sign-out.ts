import type { Database } from "#db/client.ts";
import { revokeSession } from "#db/queries/session.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { writeEvents } from "../audit/write-event.ts";
import { sessionTokenHash } from "./session-token.ts";

/** Ends a session for good. A token that has ended is nothing to complain about. */
export const signOut = (db: Database, token: string, req: string): Promise<void> =>
  withOperator(db, async (tx) => {
    const ended = await revokeSession(tx, sessionTokenHash(token));
    if (!ended) return;
    const actor = { type: "person" as const, id: ended.personId, session: ended.id };
    const event = {
      action: "person.signed_out" as const,
      target: { type: "person" as const, id: ended.personId },
      detail: {},
    };
    await writeEvents(tx, { source: "console", actor, req }, [event]);
  });
