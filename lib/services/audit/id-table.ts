export const ID_CHARS = 36;
/** The last characters of an id, which are drawn at random. */
const HASHED_CHARS = 8;

const hashOf = (bytes: Uint8Array, at: number): number => {
  let hash = 0;
  for (let n = at + ID_CHARS - HASHED_CHARS; n < at + ID_CHARS; n += 1)
    hash = Math.imul(hash, 31) + (bytes[n] ?? 0);
  return hash;
};

/** Finds ids where they stand in bytes, without making a text of each that has to be cleared away again. */
export class IdTable {
  private readonly bytes: Uint8Array;
  /** One more than the place of an id; 0 where there is none. */
  private readonly slots: Int32Array;

  constructor(bytes: Uint8Array, idsMax: number) {
    this.bytes = bytes;
    this.slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * idsMax + 1)));
  }
  /** The id that stands at `at`. */
  add(at: number): void {
    this.slots[this.slotOf(this.bytes, at)] = at + 1;
  }
  /** The place of the id that stands in `bytes` at `at`; -1 when it was not added. */
  find(bytes: Uint8Array, at: number): number {
    return (this.slots[this.slotOf(bytes, at)] ?? 0) - 1;
  }
  private slotOf(bytes: Uint8Array, at: number): number {
    const mask = this.slots.length - 1;
    for (let slot = hashOf(bytes, at) & mask; ; slot = (slot + 1) & mask) {
      const place = (this.slots[slot] ?? 0) - 1;
      if (place < 0 || this.isSame(place, bytes, at)) return slot;
    }
  }
  private isSame(place: number, bytes: Uint8Array, at: number): boolean {
    for (let n = ID_CHARS - 1; n >= 0; n -= 1) if (this.bytes[place + n] !== bytes[at + n]) return false;
    return true;
  }
}

/** Of lines that begin with an id each. */
export const tableOfLines = (lines: Buffer, rows: number): IdTable => {
  const table = new IdTable(lines, rows);
  for (let at = 0, end = lines.indexOf("\n"); end >= 0; at = end + 1, end = lines.indexOf("\n", at))
    table.add(at);
  return table;
};
