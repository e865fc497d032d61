import { DomainError } from "#lib/domain/errors.ts";

/** Named values in no order of their own; `encodePairs` gives them one. */
export type Pairs = Readonly<Record<string, string>>;

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
 * `u16 len ‖ name ‖ u32 len ‖ value` (`docs/formats.md#canonical-pairs`).
 *
 * @throws `INVALID_INPUT` for a lone surrogate, a name given twice, or a limit passed.
 */
export const encodePairs = (pairs: Pairs | Iterable<readonly [string, string]>): Buffer => {
  const sorted = isIterable(pairs) ? [...pairs] : Object.entries(pairs);
  if (sorted.length > PAIRS_MAX) throw invalid(`There are at most ${PAIRS_MAX} pairs.`);
  sorted.sort(byName);
  let size = 2;
  for (const [name, value] of sorted) size += pairBytes(name, value);
  const bytes = Buffer.allocUnsafe(size);
  let at = bytes.writeUInt16BE(sorted.length, 0);
  let previous: string | undefined;
  for (const [name, value] of sorted) {
    if (name === previous) throw invalid("A name is given twice.");
    previous = name;
    const nameBytes = bytes.write(name, at + 2, "utf8");
    at = bytes.writeUInt16BE(nameBytes, at) + nameBytes;
    const valueBytes = bytes.write(value, at + 4, "utf8");
    at = bytes.writeUInt32BE(valueBytes, at) + valueBytes;
  }
  return bytes;
};

/**
 * The canonical bytes of an encryption context, which the AEAD authenticates.
 *
 * @throws `INVALID_INPUT` as `encodePairs`, and when a mandatory pair is missing.
 */
export const encodeAad = (context: EncryptionContext): Buffer => {
  for (const name of MANDATORY) {
    if (!Object.hasOwn(context, name)) throw invalid(`The encryption context has no ${name}.`);
  }
  return encodePairs(context);
};

const pairBytes = (name: string, value: string): number => {
  if (!name.isWellFormed() || !value.isWellFormed())
    throw invalid("The text holds half of a surrogate pair.");
  const nameBytes = Buffer.byteLength(name, "utf8");
  const valueBytes = Buffer.byteLength(value, "utf8");
  if (nameBytes < 1 || nameBytes > NAME_BYTES_MAX) throw invalid(`A name has 1 to ${NAME_BYTES_MAX} bytes.`);
  if (valueBytes > VALUE_BYTES_MAX) throw invalid(`A value has at most ${VALUE_BYTES_MAX} bytes.`);
  return 2 + nameBytes + 4 + valueBytes;
};

/** The order of the UTF-8 bytes. JavaScript's own order puts U+10000 and above before U+E000 to U+FFFF. */
const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number => {
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

const isIterable = (
  pairs: Pairs | Iterable<readonly [string, string]>,
): pairs is Iterable<readonly [string, string]> =>
  typeof (pairs as Iterable<readonly [string, string]>)[Symbol.iterator] === "function";

const invalid = (sentence: string): DomainError => new DomainError("INVALID_INPUT", sentence);
