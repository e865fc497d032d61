/** An event: its id, its place in its tree (or nothing), the name of its log, and its entry. */
export type Line = { id: string; leafIndex: string; log: string; entry: string };

/** The entry itself has to be JSON: in the line, it might be only because of what stands around it. */
const toJsonLine = ({ leafIndex, log, entry }: Line): string => {
  JSON.parse(entry);
  return `{"leaf_index":${leafIndex || "null"},"log":"${log}","entry":${entry}}\n`;
};

const BEGINS_FORMULA = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;
const NEEDS_QUOTES = /[",\r\n]/;

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
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
  return `${cells.map(toCell).join(",")},${quoted(detailOf(entry, id, detail))},\r\n`;
};

/** A line of an export from what an entry says when it is parsed; null when it is none, or it throws. */
export const PARSED_LINES = { csv: toCsvLine, jsonl: toJsonLine };
