import { compareBytes, concatBytes, utf8 } from "./bytes.ts";

const u16 = (n: number): Uint8Array => Uint8Array.of(n >>> 8, n & 0xff);
const u32 = (n: number): Uint8Array => Uint8Array.of(n >>> 24, (n >>> 16) & 0xff, (n >>> 8) & 0xff, n & 0xff);

/** The canonical bytes of named pairs (`docs/formats.md#canonical-pairs`), where no Node is. */
export const canonicalPairs = (pairs: Readonly<Record<string, string>>): Uint8Array => {
  const entries = Object.entries(pairs)
    .map(([name, value]) => [utf8(name), utf8(value)] as const)
    .toSorted(([a], [b]) => compareBytes(a, b));
  return concatBytes(
    u16(entries.length),
    ...entries.flatMap(([name, value]) => [u16(name.length), name, u32(value.length), value]),
  );
};
