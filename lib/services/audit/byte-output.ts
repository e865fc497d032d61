const BEGIN_BYTES = 128 * 1024;
const QUOTE = 0x22;

/** Bytes that grow at their end. */
export class ByteOutput {
  private bytes = new Uint8Array(BEGIN_BYTES);
  length = 0;

  /** There is room for so many more. */
  reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = new Uint8Array(2 * (this.length + more));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
  byte(byte: number): void {
    this.bytes[this.length] = byte;
    this.length += 1;
  }
  /** Short ones as a rule: byte by byte they are written sooner than by a call for each. */
  copy(from: Uint8Array, begin: number, end: number): void {
    const { bytes } = this;
    let { length } = this;
    for (let at = begin; at < end; at += 1, length += 1) bytes[length] = from[at] ?? 0;
    this.length = length;
  }
  /** Text of ASCII. */
  ascii(text: string): void {
    const { bytes, length } = this;
    for (let at = 0; at < text.length; at += 1) bytes[length + at] = text.charCodeAt(at);
    this.length = length + text.length;
  }
  /** Long ones. */
  all(from: Uint8Array): void {
    this.bytes.set(from, this.length);
    this.length += from.length;
  }
  /** The same with every quote doubled. */
  copyQuoted(from: Uint8Array, begin: number, end: number): void {
    const { bytes } = this;
    let { length } = this;
    for (let at = begin; at < end; at += 1) {
      const byte = from[at] ?? 0;
      bytes[length++] = byte;
      if (byte === QUOTE) bytes[length++] = QUOTE;
    }
    this.length = length;
  }
  clear(): void {
    this.length = 0;
  }
  /** What there is. */
  take(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}
