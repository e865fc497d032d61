import { z } from "#lib/domain/zod.ts";
import type { EventFilter, EventPlace } from "#db/queries/audit-filter.ts";
import { countEvents, readExportPage } from "#db/queries/audit-export.ts";
import { EventQuery } from "./event-query.ts";
import type { ExportFormat } from "./export-format.ts";
import { EXPORT_FORMATS, exportHead, exportText } from "./export-format.ts";
import type { LogScope } from "./log-scope.ts";
import { defineLogQuery } from "./log-scope.ts";
import { toFilter } from "./to-filter.ts";
import { writeEvents } from "./write-event.ts";

const PAGE_ROWS = 1_000;
const QUERY_CHARS_MAX = 1_000;

const ExportInput = EventQuery.safeExtend({
  format: z.enum(EXPORT_FORMATS, "is jsonl or csv").default("jsonl"),
});

/** An export that has been written into the log and is ready to be read. */
export type EventExport = {
  format: ExportFormat;
  /** How many events there were when it was asked for. */
  count: number;
  /** The text of it, a page at a time. */
  text: AsyncIterable<string>;
};

/** Each page is a transaction of its own: a slow reader holds neither a connection nor the rows. */
async function* streamText(
  scope: LogScope,
  filter: EventFilter,
  begin: EventPlace,
  format: ExportFormat,
): AsyncGenerator<string> {
  const head = exportHead(format);
  if (head !== "") yield head;
  for (let after = begin; ; ) {
    const rows = await scope.read((tx) => readExportPage(tx, filter, after, PAGE_ROWS));
    if (rows.length > 0) yield exportText(format, rows);
    const last = rows.at(-1);
    if (!last || rows.length < PAGE_ROWS) return;
    after = last;
  }
}

/** What was asked for, in ids alone: of free text, which may name anybody, only how many words there were. */
const describe = ({ text, ...filter }: EventFilter): string => {
  const asked = Object.entries(filter).filter(([, value]) => value !== undefined && value !== false);
  const words = text ? [["words", text.all.length + text.none.length]] : [];
  return JSON.stringify(Object.fromEntries([...asked, ...words]))
    .slice(0, QUERY_CHARS_MAX)
    .toWellFormed();
};

/**
 * The events of a query (as `searchEvents` takes it, without pages), newest first: as JSON lines
 * `{ leaf_index, log, entry }` with the exact bytes, or as CSV. That they were exported is an event, written before the
 * first line; the export holds what came before that event.
 */
export const exportEvents = defineLogQuery({
  permission: "audit:export",
  input: ExportInput,
  read: async ({ ctx, scope, input: { format, ...query } }): Promise<EventExport> => {
    const filter = await toFilter(ctx, query, scope);
    const { begin, count } = await scope.read(async (tx) => {
      const at = await tx.now();
      const count = await countEvents(tx, filter);
      const event = {
        action: "audit.exported" as const,
        target: { type: "audit" as const, id: scope.tenant?.id ?? (scope.operatorOnly ? "global" : "all") },
        detail: { format, query: describe(filter), count },
      };
      const [id = ""] = await writeEvents(tx, ctx, [event]);
      return { begin: { at, id }, count };
    });
    return { format, count, text: streamText(scope, filter, begin, format) };
  },
});
