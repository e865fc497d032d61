import type { EventFilter, EventPlace } from "#db/queries/audit-filter.ts";
import type { ExportRow } from "#db/queries/audit-export.ts";
import { readExportPage } from "#db/queries/audit-export.ts";
import { EventQuery, toFilter } from "./event-query.ts";
import type { LogScope } from "./log-scope.ts";
import { defineLogQuery } from "./log-scope.ts";
import { writeEvents } from "./write-event.ts";

const PAGE_ROWS = 500;
const QUERY_CHARS_MAX = 1_000;

const isJsonLine = (text: string): boolean => {
  if (/[\r\n]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/**
 * The entry stands in the line as its exact bytes, so that who has the line can hash them. Bytes that are no JSON were
 * changed after they were logged: they come as `entry_b64`, for whoever looks into that.
 */
const toLine = ({ leafIndex, tenant, entry }: ExportRow): string => {
  const text = entry.toString("utf8");
  const head = `{"leaf_index":${leafIndex},"log":${JSON.stringify(tenant ?? "global")}`;
  return isJsonLine(text)
    ? `${head},"entry":${text}}\n`
    : `${head},"entry":null,"entry_b64":"${entry.toString("base64")}"}\n`;
};

/** Each page is a transaction of its own: a slow reader holds neither a connection nor the rows. */
async function* streamLines(scope: LogScope, filter: EventFilter, begin: EventPlace): AsyncGenerator<string> {
  for (let after = begin; ; ) {
    const rows = await scope.read((tx) => readExportPage(tx, filter, after, PAGE_ROWS));
    for (const row of rows) yield toLine(row);
    const last = rows.at(-1);
    if (!last || rows.length < PAGE_ROWS) return;
    after = last;
  }
}

/** What was asked for, in ids alone. */
const describe = (filter: EventFilter): string => {
  const asked = Object.entries(filter).filter(([, value]) => value !== undefined && value !== false);
  return JSON.stringify(Object.fromEntries(asked)).slice(0, QUERY_CHARS_MAX).toWellFormed();
};

/**
 * The events of a query (as `searchEvents` takes it, without pages) as JSON lines, newest first, each
 * `{ leaf_index, log, entry }`. That they were exported is an event, written before the first line; the export holds
 * what came before that event.
 */
export const exportEvents = defineLogQuery({
  permission: "audit:export",
  input: EventQuery,
  read: async ({ ctx, scope, input }): Promise<AsyncIterable<string>> => {
    const filter = await toFilter(ctx, input, scope);
    const begin = await scope.read(async (tx) => {
      const event = {
        action: "audit.exported" as const,
        target: { type: "audit" as const, id: scope.tenantId ?? (scope.operatorOnly ? "global" : "all") },
        detail: { format: "jsonl" as const, query: describe(filter) },
      };
      const [id = ""] = await writeEvents(tx, ctx, [event]);
      return { at: await tx.now(), id };
    });
    return streamLines(scope, filter, begin);
  },
});
