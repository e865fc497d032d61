import type { ExportPart } from "#db/queries/audit-export.ts";
import { ByteOutput } from "./byte-output.ts";
import type { Spans } from "./entry-spans.ts";
import { CELLS, findSpans, newSpans } from "./entry-spans.ts";
import type { ExportFormat } from "./export-format.ts";
import { PARSED_LINES } from "./export-parsed.ts";
import { ID_CHARS, tableOfLines } from "./id-table.ts";
import { GLOBAL } from "./log-scope.ts";

/** What is added to a line besides its own bytes, which at most double. */
const ADDED_BYTES_MAX = 512;

const [TAB, LINE_FEED, QUOTE, COMMA] = [0x09, 0x0a, 0x22, 0x2c];
const CELLS_BEFORE_DETAIL = [
  CELLS.source,
  CELLS.actorType,
  CELLS.actorId,
  CELLS.session,
  CELLS.action,
  CELLS.targetType,
  CELLS.targetId,
  CELLS.outcome,
  CELLS.reason,
  CELLS.req,
  CELLS.cause,
];
const CSV_END = Buffer.from(",\r\n");
const JSON_LEAF = Buffer.from('{"leaf_index":');
const JSON_NULL = Buffer.from("null");
const JSON_LOG = Buffer.from(',"log":"');
const JSON_ENTRY = Buffer.from('","entry":');
const JSON_END = Buffer.from("}\n");

/** A line: where it and its entry begin and end, where its place in its tree stands, and the name of its log. */
type Line = {
  bytes: Buffer;
  begin: number;
  entry: number;
  end: number;
  leaves: Buffer;
  leafBegin: number;
  leafEnd: number;
  log: Buffer;
};

const writeCsv = (output: ByteOutput, line: Line, spans: Spans): void => {
  const { bytes } = line;
  const cell = (name: number): void => {
    output.copy(bytes, spans[2 * name] ?? 0, spans[2 * name + 1] ?? 0);
    output.byte(COMMA);
  };
  cell(CELLS.t);
  output.copy(bytes, line.begin, line.begin + ID_CHARS);
  output.byte(COMMA);
  output.copy(line.log, 0, line.log.length);
  output.byte(COMMA);
  output.copy(line.leaves, line.leafBegin, line.leafEnd);
  output.byte(COMMA);
  for (const name of CELLS_BEFORE_DETAIL) cell(name);
  output.byte(QUOTE);
  output.copyQuoted(bytes, spans[2 * CELLS.detail] ?? 0, spans[2 * CELLS.detail + 1] ?? 0);
  output.byte(QUOTE);
  output.all(CSV_END);
};

const writeJson = (output: ByteOutput, line: Line): void => {
  output.all(JSON_LEAF);
  if (line.leafBegin === line.leafEnd) output.all(JSON_NULL);
  else output.copy(line.leaves, line.leafBegin, line.leafEnd);
  output.all(JSON_LOG);
  output.all(line.log);
  output.all(JSON_ENTRY);
  output.all(line.bytes.subarray(line.entry, line.end));
  output.all(JSON_END);
};

const WRITERS = { csv: writeCsv, jsonl: writeJson };

/** Makes lines a part of an export; null when something in them is no entry. Then each is to be looked at by itself. */
export type LinesWriter = (part: ExportPart) => Uint8Array | null;

/**
 * Writes the same as `exportText` in a fraction of its time. `slugs` are of tenants, by their ids.
 */
export const linesWriter = (format: ExportFormat, slugs: ReadonlyMap<string, string>): LinesWriter => {
  const [write, parsed] = [WRITERS[format], PARSED_LINES[format]];
  const output = new ByteOutput();
  const spans = newSpans();
  const names = [...slugs.values(), GLOBAL].map((slug) => Buffer.from(slug));
  const global = names.length - 1;
  const tenants = tableOfLines(Buffer.from([...slugs.keys()].map((id) => `${id}\n`).join("")), slugs.size);

  /** Writes a line that is parsed. */
  const writeParsed = ({ bytes, begin, entry, end, leaves, leafBegin, leafEnd, log }: Line): boolean => {
    const id = bytes.toString("latin1", begin, begin + ID_CHARS);
    const text = bytes.toString("utf8", entry, end);
    if (text.includes("\r")) return false;
    const leafIndex = leaves.toString("latin1", leafBegin, leafEnd);
    const made = parsed({ id, leafIndex, log: log.toString(), entry: text });
    if (made === null) return false;
    const more = Buffer.from(made);
    output.reserve(more.length);
    output.all(more);
    return true;
  };

  const writeLines = ({ lines, leaves, rows }: ExportPart): boolean => {
    const places = tableOfLines(leaves, rows);
    const line = { bytes: lines, begin: 0, entry: 0, end: -1, leaves, leafBegin: 0, leafEnd: 0, log: lines };
    for (let read = 0; read < rows; read += 1) {
      const begin = line.end + 1;
      const first = begin + ID_CHARS;
      const second = lines[first + 1] === TAB ? first + 1 : first + 1 + ID_CHARS;
      const log = names[second === first + 1 ? global : tenants.find(lines, first + 1) / (ID_CHARS + 1)];
      if (lines[first] !== TAB || lines[second] !== TAB || log === undefined) return false;
      const place = places.find(lines, begin);
      line.begin = begin;
      line.entry = second + 1;
      line.log = log;
      line.leafBegin = place < 0 ? 0 : place + ID_CHARS + 1;
      line.leafEnd = place < 0 ? 0 : leaves.indexOf(LINE_FEED, place);
      const end = findSpans(lines, line.entry, spans);
      const isPlain = end >= 0 && lines[end] === LINE_FEED;
      line.end = isPlain ? end : lines.indexOf(LINE_FEED, line.entry);
      if (isPlain) {
        output.reserve(2 * (end - begin) + ADDED_BYTES_MAX);
        write(output, line, spans);
      } else if (!writeParsed(line)) return false;
    }
    // More lines than rows: bytes that hold the end of one.
    return line.end + 1 === lines.length;
  };

  return (part) => {
    output.clear();
    try {
      return writeLines(part) ? output.take() : null;
    } catch {
      return null;
    }
  };
};
