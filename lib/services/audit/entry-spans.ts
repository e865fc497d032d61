const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The texts of an entry, as places in its `Spans`. */
export const CELLS = {
  action: 0,
  actorId: 1,
  session: 2,
  actorType: 3,
  cause: 4,
  detail: 5,
  id: 6,
  outcome: 7,
  reason: 8,
  req: 9,
  source: 10,
  t: 11,
  targetId: 12,
  targetType: 13,
  tenant: 14,
} as const;
/** Where each text begins and ends; one that is not there begins where it ends. */
export type Spans = Int32Array;
export const newSpans = (): Spans => new Int32Array(2 * Object.keys(CELLS).length);

const BEFORE = {
  action: bytesOf('{"action":"'),
  actorId: bytesOf(',"actor":{"id":"'),
  session: bytesOf(',"session":"'),
  type: bytesOf(',"type":"'),
  actorEnd: bytesOf("}"),
  cause: bytesOf(',"cause":"'),
  detail: bytesOf(',"detail":'),
  id: bytesOf(',"id":"'),
  outcome: bytesOf(',"outcome":"'),
  reason: bytesOf(',"reason":"'),
  req: bytesOf(',"req":"'),
  source: bytesOf(',"source":"'),
  t: bytesOf(',"t":"'),
  targetId: bytesOf(',"target":{"id":"'),
  tenant: bytesOf('},"tenant":'),
  end: bytesOf(',"v":1}'),
};
const [TRUE, FALSE, NULL] = [bytesOf("true"), bytesOf("false"), bytesOf("null")];
const [QUOTE, COMMA, COLON, MINUS, BACKSLASH, OPEN, CLOSE] = [0x22, 0x2c, 0x3a, 0x2d, 0x5c, 0x7b, 0x7d];
const [ZERO, NINE] = [0x30, 0x39];

// Each of these goes on from `at` and says where it ended, or -1. A line's end is no part of any: there they stop.

const literal = (bytes: Uint8Array, at: number, wanted: Uint8Array): number => {
  if (at < 0) return -1;
  for (let n = 0; n < wanted.length; n += 1) if (bytes[at + n] !== wanted[n]) return -1;
  return at + wanted.length;
};

/** Text of JSON to its closing quote, if it has nothing escaped and is of ASCII. */
const text = (bytes: Uint8Array, at: number): number => {
  if (at < 0) return -1;
  for (let n = at; ; n += 1) {
    const byte = bytes[n] ?? 0;
    if (byte === QUOTE) return n + 1;
    if (byte < 0x20 || byte > 0x7e || byte === BACKSLASH) return -1;
  }
};

/** The same, if it can stand in a CSV cell as it is: no comma, nothing that a spreadsheet takes for a formula. */
const cell = (bytes: Uint8Array, at: number, spans: Spans, name: number): number => {
  if (at < 0) return -1;
  const first = bytes[at];
  if (first === 0x3d || first === 0x2b || first === MINUS || first === 0x40) return -1;
  for (let n = at; ; n += 1) {
    const byte = bytes[n] ?? 0;
    if (byte === QUOTE) {
      spans[2 * name] = at;
      spans[2 * name + 1] = n;
      return n + 1;
    }
    if (byte < 0x20 || byte > 0x7e || byte === BACKSLASH || byte === COMMA) return -1;
  }
};

const optional = (bytes: Uint8Array, at: number, before: Uint8Array, spans: Spans, name: number): number => {
  const begin = literal(bytes, at, before);
  if (begin >= 0) return cell(bytes, begin, spans, name);
  spans[2 * name] = 0;
  spans[2 * name + 1] = 0;
  return at;
};

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= NINE;

const integer = (bytes: Uint8Array, at: number): number => {
  let n = bytes[at] === MINUS ? at + 1 : at;
  if (!isDigit(bytes[n])) return -1;
  if (bytes[n] === ZERO) return n + 1;
  while (isDigit(bytes[n])) n += 1;
  return n;
};

const value = (bytes: Uint8Array, at: number): number => {
  const byte = bytes[at];
  if (byte === QUOTE) return text(bytes, at + 1);
  if (byte === MINUS || isDigit(byte)) return integer(bytes, at);
  return Math.max(literal(bytes, at, TRUE), literal(bytes, at, FALSE), literal(bytes, at, NULL));
};

/** An object of plain members without depth. */
const flatObject = (bytes: Uint8Array, at: number): number => {
  if (at < 0 || bytes[at] !== OPEN) return -1;
  if (bytes[at + 1] === CLOSE) return at + 2;
  for (let n = at + 1; ; n += 1) {
    n = bytes[n] === QUOTE ? text(bytes, n + 1) : -1;
    n = n >= 0 && bytes[n] === COLON ? value(bytes, n + 1) : -1;
    if (n < 0) return -1;
    if (bytes[n] === CLOSE) return n + 1;
    if (bytes[n] !== COMMA) return -1;
  }
};

/**
 * Finds the texts of the entry that begins at `at`, if it is one as nearly every entry is: its members in their order, its
 * texts plain, its detail without depth. Returns where it ends, or -1 when it is another. What is found is JSON, and is
 * found without making anything that has to be cleared away.
 *
 * @param bytes lines, each of which ends with a line feed
 */
export const findSpans = (bytes: Uint8Array, at: number, spans: Spans): number => {
  let n = cell(bytes, literal(bytes, at, BEFORE.action), spans, CELLS.action);
  n = cell(bytes, literal(bytes, n, BEFORE.actorId), spans, CELLS.actorId);
  n = optional(bytes, n, BEFORE.session, spans, CELLS.session);
  n = cell(bytes, literal(bytes, n, BEFORE.type), spans, CELLS.actorType);
  n = optional(bytes, literal(bytes, n, BEFORE.actorEnd), BEFORE.cause, spans, CELLS.cause);
  const detail = literal(bytes, n, BEFORE.detail);
  n = flatObject(bytes, detail);
  spans[2 * CELLS.detail] = detail;
  spans[2 * CELLS.detail + 1] = n;
  n = cell(bytes, literal(bytes, n, BEFORE.id), spans, CELLS.id);
  n = cell(bytes, literal(bytes, n, BEFORE.outcome), spans, CELLS.outcome);
  n = optional(bytes, n, BEFORE.reason, spans, CELLS.reason);
  n = cell(bytes, literal(bytes, n, BEFORE.req), spans, CELLS.req);
  n = cell(bytes, literal(bytes, n, BEFORE.source), spans, CELLS.source);
  n = cell(bytes, literal(bytes, n, BEFORE.t), spans, CELLS.t);
  n = cell(bytes, literal(bytes, n, BEFORE.targetId), spans, CELLS.targetId);
  n = cell(bytes, literal(bytes, n, BEFORE.type), spans, CELLS.targetType);
  n = literal(bytes, n, BEFORE.tenant);
  const none = literal(bytes, n, NULL);
  n = none >= 0 ? none : n >= 0 && bytes[n] === QUOTE ? cell(bytes, n + 1, spans, CELLS.tenant) : -1;
  return literal(bytes, n, BEFORE.end);
};
