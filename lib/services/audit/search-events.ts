import type { ActorType, Outcome, Source, Target } from "#lib/domain/audit-catalogue.ts";
import { z } from "#lib/domain/zod.ts";
import type { EventRow } from "#db/queries/audit-search.ts";
import { searchEvents as searchRows } from "#db/queries/audit-search.ts";
import { decodeCursor, encodeCursor } from "../instant-cursor.ts";
import { EventQuery } from "./event-query.ts";
import { defineLogQuery } from "./log-scope.ts";
import { toFilter } from "./to-filter.ts";

const LIMIT_MAX = 200;
const SearchInput = EventQuery.safeExtend({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(LIMIT_MAX, `is at most ${LIMIT_MAX}`).default(50),
});

/** An event as the list shows it. People are ids here: `actorNames` says who they are. */
export type EventSummary = {
  id: string;
  at: string;
  /** The tenant's slug; null for an event of the operator's. */
  tenant: string | null;
  source: Source;
  actor: { type: ActorType; id: string };
  action: string;
  target: Target;
  outcome: Outcome;
  req: string;
  /** Its place in its tree; null until the sequencer has given it one. */
  leaf: { index: number } | null;
};

/** `next` is the cursor of the page after this one, or null at the end. */
export type EventPage = { events: EventSummary[]; next: string | null };

const toSummary = (row: EventRow): EventSummary => ({
  id: row.id,
  at: row.at,
  tenant: row.tenant,
  source: row.source,
  actor: { type: row.actorType, id: row.actorId },
  action: row.action,
  target: { type: row.targetType, id: row.targetId },
  outcome: row.outcome,
  req: row.req,
  leaf: row.leafIndex === null ? null : { index: row.leafIndex },
});

/**
 * The log, newest first: `query` in the log's own language, or `EventQuery`'s fields, and `tenant`: a slug, `global` for
 * the operator's own, or none for what the query says.
 */
export const searchEvents = defineLogQuery({
  permission: "audit:read",
  input: SearchInput,
  read: async ({ ctx, scope, input: { cursor, limit, ...query } }): Promise<EventPage> => {
    const after = cursor === undefined ? null : decodeCursor(cursor);
    const filter = await toFilter(ctx, query, scope);
    // One more than is shown says whether there is a next page.
    const rows = await scope.read((tx) => searchRows(tx, filter, after, limit + 1));
    const events = rows.slice(0, limit).map(toSummary);
    const last = events.at(-1);
    return { events, next: rows.length > limit && last ? encodeCursor(last) : null };
  },
});
