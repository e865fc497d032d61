import type { ExportText } from "#db/queries/audit-export.ts";
import type { ExportFormat } from "./export-format.ts";
import { GLOBAL } from "./log-scope.ts";

type Line = { id: string; leafIndex: string; log: string; entry: string };
type Slugs = ReadonlyMap<string, string>;

/** Three tabs, and the entry behind them; null when the tenant is of nobody. */
const cut = (line: string, slugs: Slugs): Line | null => {
  const first = line.indexOf("\t");
  const second = line.indexOf("\t", first + 1);
  const third = line.indexOf("\t", second + 1);
  const tenant = line.slice(second + 1, third);
  const log = tenant === "" ? GLOBAL : slugs.get(tenant);
  if (log === undefined) return null;
  return {
    id: line.slice(0, first),
    leafIndex: line.slice(first + 1, second),
    log,
    entry: line.slice(third + 1),
  };
};

/** The entry itself has to be JSON: in the line, it might be only because of what stands around it. */
const toJsonLine = ({ leafIndex, log, entry }: Line): string | null => {
  JSON.parse(entry);
  return `{"leaf_index":${leafIndex || "null"},"log":"${log}","entry":${entry}}\n`;
};

const FORMULA = "=+\\-@\\t\\r\uff1d\uff0b\uff0d\uff20";
const BEGINS_FORMULA = new RegExp(`^[${FORMULA}]`);
const NEEDS_QUOTES = /[",\r\n]/;
/** Of cells with a NUL before each: is there one that cannot stand as it is? */
const IS_ODD = new RegExp(`[",\\r\\n]|\\0[${FORMULA}]`);

const quoted = (text: string): string => `"${text.replace(/"/g, '""')}"`;
/** RFC 4180. A cell that a spreadsheet would take for a formula begins with an apostrophe. */
const toCell = (text: string | undefined): string => {
  if (text === undefined) return "";
  const safe = BEGINS_FORMULA.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(safe) ? quoted(safe) : safe;
};

type Members = Record<string, unknown>;
type Entry = Members & { actor: Members; target: Members; detail: object };

const isText = (value: unknown): value is string => typeof value === "string";
const isCell = (value: unknown): value is string | undefined => value === undefined || isText(value);

/** The detail as it stands in the entry, whose members are in order; written anew where they are not. */
const detailOf = (entry: string, id: string, detail: object): string => {
  const begin = entry.indexOf(',"detail":{');
  const end = entry.lastIndexOf(`,"id":"${id}","outcome":`);
  return begin > 0 && end > begin ? entry.slice(begin + 10, end) : JSON.stringify(detail);
};

const toCsvLine = ({ id, leafIndex, log, entry }: Line): string | null => {
  const { t, source, actor, action, target, outcome, reason, req, cause, detail } = JSON.parse(
    entry,
  ) as Entry;
  const { type: actorType, id: actorId, session } = actor;
  const { type: targetType, id: targetId } = target;
  if (!isText(t) || !isText(source) || !isText(actorType) || !isText(actorId) || !isText(action)) return null;
  if (!isText(targetType) || !isText(targetId) || !isText(outcome) || !isText(req)) return null;
  if (!isCell(session) || !isCell(reason) || !isCell(cause) || typeof detail !== "object") return null;
  const cells = [t, id, log, leafIndex, source, actorType, actorId, session, action];
  cells.push(targetType, targetId, outcome, reason, req, cause);
  const row = IS_ODD.test(`\0${cells.join("\0")}`) ? cells.map(toCell).join(",") : cells.join(",");
  return `${row},${quoted(detailOf(entry, id, detail))},\r\n`;
};

/**
 * A page of lines as `format`, in a fraction of the time that `exportText` takes; null when something in it is no entry.
 * Then each is to be looked at by itself.
 */
export const exportLines = (
  format: ExportFormat,
  { lines, rows }: ExportText,
  slugs: Slugs,
): string | null => {
  const each = rows === 0 ? [] : lines.split("\n");
  if (each.length !== rows || lines.includes("\r")) return null;
  const toLine = format === "csv" ? toCsvLine : toJsonLine;
  const made: string[] = [];
  try {
    for (const one of each) {
      const line = cut(one, slugs);
      const added = line && toLine(line);
      if (added === null) return null;
      made.push(added);
    }
  } catch {
    return null;
  }
  return made.join("");
};
