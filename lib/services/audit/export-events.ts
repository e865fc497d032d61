import { setImmediate as nextTurn } from "node:timers/promises";
import { z } from "#lib/domain/zod.ts";
import type { EventFilter, EventPlace } from "#db/queries/audit-filter.ts";
import { countEvents } from "#db/queries/audit-counts.ts";
import type { ExportPart } from "#db/queries/audit-export.ts";
import { readExportPage, readExportText } from "#db/queries/audit-export.ts";
import { listLogSlugs } from "#db/queries/audit-tenants.ts";
import { isNoText } from "#db/errors.ts";
import { withOperator } from "#db/tenant-tx.ts";
import type { ServiceContext } from "../context.ts";
import { EventQuery } from "./event-query.ts";
import type { ExportFormat } from "./export-format.ts";
import { EXPORT_FORMATS, exportHead, exportText } from "./export-format.ts";
import { linesWriter } from "./export-lines.ts";
import { byDays } from "./hours.ts";
import type { LogScope } from "./log-scope.ts";
import { defineLogQuery } from "./log-scope.ts";
import { toFilter } from "./to-filter.ts";
import { writeEvents } from "./write-event.ts";

const PAGE_ROWS = 3_000;
const QUERY_CHARS_MAX = 1_000;

const ExportInput = EventQuery.safeExtend({
  format: z.enum(EXPORT_FORMATS, "is jsonl or csv").default("jsonl"),
});

/** An export that has been written into the log and is ready to be read. */
export type EventExport = {
  format: ExportFormat;
  /** How many events there were when it was asked for. */
  count: number;
  /** It, a part of a page at a time, each of whole lines in UTF-8. */
  bytes: AsyncIterable<Uint8Array>;
};

type Reading = {
  scope: LogScope;
  filter: EventFilter;
  format: ExportFormat;
  /** Of tenants, by their ids. */
  slugs: ReadonlyMap<string, string>;
};
/** A page that has been read; `write` makes it what is exported. */
type Page = { write(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>; next: EventPlace | null };

const encoder = new TextEncoder();

/** Each entry by itself: some were changed after they were logged, and an export says which. */
const readCarefully = async (
  { scope, filter, format }: Reading,
  after: EventPlace,
  limit: number,
): Promise<Page> => {
  const rows = await scope.read((tx) => readExportPage(tx, filter, after, limit));
  return {
    write: () => [encoder.encode(exportText(format, rows))],
    next: rows.length < limit ? null : (rows.at(-1) ?? null),
  };
};

const nullIfNoText = (error: unknown): null => {
  if (isNoText(error)) return null;
  throw error;
};

/** Part by part: between them the next page may be asked for and come in. */
async function* writeParts(
  reading: Reading,
  after: EventPlace,
  parts: readonly ExportPart[],
): AsyncGenerator<Uint8Array> {
  const write = linesWriter(reading.format, reading.slugs);
  let place = after;
  for (const part of parts) {
    const piece = write(part);
    if (piece === null) yield* (await readCarefully(reading, place, part.rows)).write();
    else yield piece;
    place = part.last;
    await nextTurn();
  }
}

const readPage = async (reading: Reading, after: EventPlace): Promise<Page> => {
  const { scope, filter } = reading;
  const parts = await scope.read((tx) => readExportText(tx, filter, after, PAGE_ROWS)).catch(nullIfNoText);
  if (parts === null) return readCarefully(reading, after, PAGE_ROWS);
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  return {
    write: () => writeParts(reading, after, parts),
    next: rows < PAGE_ROWS ? null : (parts.at(-1)?.last ?? null),
  };
};

/**
 * Each page is a transaction of its own: a slow reader holds neither a connection nor the rows. The database reads the
 * next one while this one is written, and no more than that one.
 */
async function* streamPages(reading: Reading, begin: EventPlace): AsyncGenerator<Uint8Array> {
  const head = exportHead(reading.format);
  if (head !== "") yield encoder.encode(head);
  for (let coming: Promise<Page> | null = readPage(reading, begin); coming; ) {
    const { write, next }: Page = await coming;
    coming = next && readPage(reading, next);
    // Who stops reading never asks for it.
    coming?.catch(() => {});
    yield* write();
  }
}

const slugsOf = async (ctx: ServiceContext, { tenant }: LogScope): Promise<Map<string, string>> => {
  const rows = tenant ? [tenant] : await withOperator(ctx.db, listLogSlugs);
  return new Map(rows.map(({ id, slug }) => [id, slug]));
};

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
      const count = await countEvents(tx, filter, byDays(filter));
      const event = {
        action: "audit.exported" as const,
        target: { type: "audit" as const, id: scope.tenant?.id ?? (scope.operatorOnly ? "global" : "all") },
        detail: { format, query: describe(filter), count },
      };
      const [id = ""] = await writeEvents(tx, ctx, [event]);
      return { begin: { at, id }, count };
    });
    const slugs = await slugsOf(ctx, scope);
    return { format, count, bytes: streamPages({ scope, filter, format, slugs }, begin) };
  },
});
