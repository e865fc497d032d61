import { setImmediate as nextTurn } from "node:timers/promises";
import type { ExportText } from "#db/queries/audit-export.ts";
import { ByteOutput } from "./byte-output.ts";
import type { Spans } from "./entry-spans.ts";
import { CELLS, findSpans, newSpans } from "./entry-spans.ts";
import type { ExportFormat } from "./export-format.ts";
import { PARSED_LINES } from "./export-parsed.ts";
import { GLOBAL } from "./log-scope.ts";

/** Bytes that go out at once. */
const PIECE_BYTES = 64 * 1024;
/** Lines between which the next page may be asked for and come in: its transaction takes several flights. */
const LINES_PER_TURN = 25;
/** What is added to a line besides its own bytes, which at most double. */
const ADDED_BYTES_MAX = 512;
const ID_CHARS = 36;

const encoder = new TextEncoder();
const bytesOf = (text: string): Uint8Array => encoder.encode(text);

const [QUOTE, COMMA] = [0x22, 0x2c];
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
const CSV_END = bytesOf(",\r\n");
const JSON_LEAF = bytesOf('{"leaf_index":');
const JSON_LOG = bytesOf(',"log":"');
const JSON_ENTRY = bytesOf('","entry":');
const JSON_END = bytesOf("}\n");

/** A line of a page: where it and its entry begin and end, the place of its event and the name of its log. */
type Found = {
  begin: number;
  entry: number;
  end: number;
  leafIndex: string | undefined;
  log: Uint8Array;
};

const writeCsv = (output: ByteOutput, bytes: Uint8Array, spans: Spans, line: Found): void => {
  const cell = (name: number): void => {
    output.copy(bytes, spans[2 * name] ?? 0, spans[2 * name + 1] ?? 0);
    output.byte(COMMA);
  };
  cell(CELLS.t);
  output.copy(bytes, line.begin, line.begin + ID_CHARS);
  output.byte(COMMA);
  output.copy(line.log, 0, line.log.length);
  output.byte(COMMA);
  output.ascii(line.leafIndex ?? "");
  output.byte(COMMA);
  for (const name of CELLS_BEFORE_DETAIL) cell(name);
  output.byte(QUOTE);
  output.copyQuoted(bytes, spans[2 * CELLS.detail] ?? 0, spans[2 * CELLS.detail + 1] ?? 0);
  output.byte(QUOTE);
  output.all(CSV_END);
};

const writeJson = (output: ByteOutput, bytes: Uint8Array, _: Spans, line: Found): void => {
  output.all(JSON_LEAF);
  output.ascii(line.leafIndex ?? "null");
  output.all(JSON_LOG);
  output.all(line.log);
  output.all(JSON_ENTRY);
  output.all(bytes.subarray(line.entry, line.end));
  output.all(JSON_END);
};

const WRITERS = { csv: writeCsv, jsonl: writeJson };

/** The places of a page's events in their trees, by the events' ids. */
const readLeaves = (leaves: string): Map<string, string> =>
  new Map(leaves.split("\n").map((leaf) => [leaf.slice(0, ID_CHARS), leaf.slice(ID_CHARS + 1)]));

type Slugs = ReadonlyMap<string, string>;

/** Makes the bytes of each of a few texts once. */
const keepBytes = (): ((text: string) => Uint8Array) => {
  const kept = new Map<string, Uint8Array>();
  return (text) => {
    const bytes = kept.get(text) ?? bytesOf(text);
    kept.set(text, bytes);
    return bytes;
  };
};

/**
 * A page of lines as `format`, in a fraction of the time that `exportText` takes; null when something in it is no entry.
 * Then each is to be looked at by itself.
 */
export const exportLines = async (
  format: ExportFormat,
  { lines, leaves, rows }: ExportText,
  slugs: Slugs,
): Promise<Uint8Array[] | null> => {
  const [write, parsed] = [WRITERS[format], PARSED_LINES[format]];
  const bytes = bytesOf(`${lines}\n`);
  // Beyond ASCII the places of the text are not those of its bytes: then every line is parsed.
  const isAscii = bytes.length === lines.length + 1;
  const places = readLeaves(leaves);
  const spans = newSpans();
  const logBytes = keepBytes();
  const output = new ByteOutput();
  const pieces: Uint8Array[] = [];

  /** Writes the line that begins at `at` and says where the next one does; -1 when it is none. */
  const writeLine = (at: number): number => {
    const first = at + ID_CHARS;
    const second = lines.indexOf("\t", first + 1);
    if (lines[first] !== "\t") return -1;
    const [id, tenant] = [lines.slice(at, first), lines.slice(first + 1, second)];
    const log = tenant === "" ? GLOBAL : slugs.get(tenant);
    if (log === undefined) return -1;
    const leafIndex = places.get(id);
    const end = isAscii ? findSpans(bytes, second + 1, spans) : -1;
    if (end >= 0 && bytes[end] === 0x0a) {
      output.reserve(2 * (end - at) + ADDED_BYTES_MAX);
      write(output, bytes, spans, { begin: at, entry: second + 1, end, leafIndex, log: logBytes(log) });
      return end + 1;
    }
    const lineEnd = lines.indexOf("\n", at);
    const entry = lines.slice(second + 1, lineEnd < 0 ? undefined : lineEnd);
    const line = parsed({ id, leafIndex: leafIndex ?? "", log, entry });
    if (line === null) return -1;
    const made = bytesOf(line);
    output.reserve(made.length);
    output.all(made);
    return lineEnd < 0 ? lines.length + 1 : lineEnd + 1;
  };

  if (rows === 0) return [];
  if (lines.includes("\r")) return null;
  let at = 0;
  try {
    for (let read = 0; read < rows; read += 1) {
      at = writeLine(at);
      if (at < 0) return null;
      if (output.length >= PIECE_BYTES) pieces.push(output.take());
      if (read % LINES_PER_TURN === 0) await nextTurn();
    }
  } catch {
    return null;
  }
  // More lines than rows: bytes that hold the end of one.
  if (at !== lines.length + 1) return null;
  pieces.push(output.take());
  return pieces;
};
