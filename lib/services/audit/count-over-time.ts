import type { Outcome } from "#lib/domain/audit-catalogue.ts";
import type { EventFilter } from "#db/queries/audit-filter.ts";
import { isCounted, readBars, readFirstHour } from "#db/queries/audit-counts.ts";
import type { AnyTx } from "#db/tenant-tx.ts";
import { cutIntoBars, isOfDays, isOfHours } from "./bars.ts";
import { EventQuery } from "./event-query.ts";
import { byDays, byHours } from "./hours.ts";
import { defineLogQuery } from "./log-scope.ts";
import { toFilter } from "./to-filter.ts";

/** Where the hours cannot answer, so many of the newest events are counted. */
export const COUNT_MAX = 10_000;
/** In a short time alone every event is counted. */
const SHORT_COUNT_MAX = 200_000;
const HOUR_MS = 3_600_000;

export type TimeBar = { at: string } & Record<Outcome, number>;
export type EventsOverTime = {
  /** The time that the bars cover, and how much of it each does. */
  from: string;
  to: string;
  barMs: number;
  bars: TimeBar[];
  total: number;
  /** There are more: these are the newest. */
  isPartial: boolean;
};

/** Since when: as asked, or since there is anything. */
const startOf = async (tx: AnyTx, { from }: EventFilter, toMs: number): Promise<number> => {
  if (from !== undefined) return Date.parse(from);
  const first = await readFirstHour(tx);
  return first === null ? toMs - HOUR_MS : Math.min(Date.parse(first), toMs - HOUR_MS);
};

/** How many events fit a query (as `searchEvents` takes it), in at most sixty bars of time by outcome. */
export const countOverTime = defineLogQuery({
  permission: "audit:read",
  input: EventQuery,
  read: async ({ ctx, scope, input }): Promise<EventsOverTime> => {
    const filter = await toFilter(ctx, input, scope);
    return scope.read(async (tx) => {
      const toMs = Date.parse(filter.to ?? (await tx.now()));
      const fromMs = await startOf(tx, filter, toMs);
      // What happens in this very instant belongs to it.
      const { startMs, barMs, bars } = cutIntoBars(fromMs, filter.to === undefined ? toMs + 1 : toMs);
      const stretches = isOfDays(barMs) ? byDays(filter) : isOfHours(barMs) ? byHours(filter) : [];
      const limit = isCounted(filter) ? SHORT_COUNT_MAX : COUNT_MAX;
      const rows = await readBars(tx, filter, stretches, { startMs, barMs, limit });
      const counts = Array.from(
        { length: bars },
        (_, bar): TimeBar => ({
          at: new Date(startMs + bar * barMs).toISOString(),
          ok: 0,
          denied: 0,
          error: 0,
        }),
      );
      for (const { bar, outcome, count } of rows) {
        const counted = counts[Math.min(Math.max(bar, 0), bars - 1)];
        if (counted) counted[outcome] += count;
      }
      const total = rows.reduce((sum, { count }) => sum + count, 0);
      const isSingle = stretches.length === 0 || !isCounted(filter);
      return {
        from: new Date(fromMs).toISOString(),
        to: new Date(toMs).toISOString(),
        barMs,
        bars: counts,
        total,
        isPartial: isSingle && total >= limit,
      };
    });
  },
});
