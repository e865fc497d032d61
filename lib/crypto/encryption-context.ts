import { DomainError } from "#lib/domain/errors.ts";

/** Named values in no order of their own; `encodePairs` gives them one. */
export type Pairs = Readonly<Record<string, string>>;
type Pair = readonly [name: string, value: string];

/** Where a value lives: ids only, never personal data. Not stored in the envelope (`docs/formats.md#encryption-context`). */
export type EncryptionContext = Pairs & {
  readonly tenant: string;
  readonly collection: string;
  readonly record: string;
  readonly field: string;
};

export const PAIRS_MAX = 16;
export const NAME_BYTES_MAX = 64;
export const VALUE_BYTES_MAX = 1024;
const MANDATORY = ["tenant", "collection", "record", "field"] as const;

/**
 * The canonical bytes of named pairs: `u16 count`, then per pair, sorted by the UTF-8 bytes of the name,
 * `u16 len ‖ name ‖ u32 len ‖ value` (`docs/formats.md#canonical-pairs`). The answer has room for `before` bytes of the
 * caller's in front: what is authenticated is nearly always a header and then pairs.
 *
 * @throws `INVALID_INPUT` for a lone surrogate, a name given twice, or a limit passed.
 */
export const encodePairs = (pairs: Pairs | Iterable<Pair>, before = 0): Buffer => {
  const sorted = isIterable(pairs) ? [...pairs] : Object.entries(pairs);
  if (sorted.length > PAIRS_MAX) throw invalid(`There are at most ${PAIRS_MAX} pairs.`);
  sort(sorted);
  let size = before + 2;
  for (const [name, value] of sorted) size += pairBytes(name, value);
  const bytes = Buffer.allocUnsafe(size);
  let at = bytes.writeUInt16BE(sorted.length, before);
  let previous: string | undefined;
  for (const [name, value] of sorted) {
    if (name === previous) throw invalid("A name is given twice.");
    previous = name;
    const nameBytes = writeText(bytes, name, at + 2);
    at = bytes.writeUInt16BE(nameBytes, at) + nameBytes;
    const valueBytes = writeText(bytes, value, at + 4);
    at = bytes.writeUInt32BE(valueBytes, at) + valueBytes;
  }
  return bytes;
};

/**
 * The canonical bytes of an encryption context, which the AEAD authenticates, behind room for `before` bytes.
 *
 * @throws `INVALID_INPUT` as `encodePairs`, and when a mandatory pair is missing.
 */
export const encodeAad = (context: EncryptionContext, before = 0): Buffer => {
  for (const name of MANDATORY) {
    if (!Object.hasOwn(context, name)) throw invalid(`The encryption context has no ${name}.`);
  }
  return encodePairs(context, before);
};

const pairBytes = (name: string, value: string): number => {
  const nameBytes = textBytes(name);
  const valueBytes = textBytes(value);
  if (nameBytes < 1 || nameBytes > NAME_BYTES_MAX) throw invalid(`A name has 1 to ${NAME_BYTES_MAX} bytes.`);
  if (valueBytes > VALUE_BYTES_MAX) throw invalid(`A value has at most ${VALUE_BYTES_MAX} bytes.`);
  return 2 + nameBytes + 4 + valueBytes;
};

const textBytes = (text: string): number => {
  for (let i = 0; i < text.length; i += 1) {
    if (text.charCodeAt(i) <= 0x7f) continue;
    if (!text.isWellFormed()) throw invalid("The text holds half of a surrogate pair.");
    return Buffer.byteLength(text, "utf8");
  }
  return text.length;
};

/** Nearly all of it is ASCII, and short: a loop is over before a call into Node has begun. */
const writeText = (bytes: Buffer, text: string, at: number): number => {
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return bytes.write(text, at, "utf8");
    bytes[at + i] = unit;
  }
  return text.length;
};

/** By insertion: there are few, and they mostly come in order. */
const sort = (pairs: Pair[]): void => {
  for (let place = 1; place < pairs.length; place += 1) {
    const pair = pairs[place] as Pair;
    let to = place;
    for (; to > 0; to -= 1) {
      const other = pairs[to - 1] as Pair;
      if (byName(other, pair) <= 0) break;
      pairs[to] = other;
    }
    pairs[to] = pair;
  }
};

/** The order of the UTF-8 bytes. JavaScript's own order puts U+10000 and above before U+E000 to U+FFFF. */
const byName = ([a]: Pair, [b]: Pair): number => {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
};

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;

const isIterable = (pairs: Pairs | Iterable<Pair>): pairs is Iterable<Pair> =>
  typeof (pairs as Iterable<Pair>)[Symbol.iterator] === "function";

const invalid = (sentence: string): DomainError => new DomainError("INVALID_INPUT", sentence);
