import { DomainError } from "#lib/domain/errors.ts";

/** The code of what `call` throws, or what came instead. */
export const codeOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    return error instanceof DomainError ? error.code : String(error);
  }
  return "no error";
};

export const fromHex = (text: string): Buffer => Buffer.from(text, "hex");

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The bytes with one bit changed. */
export const flipBit = (bytes: Uint8Array, bit: number): Buffer => {
  const flipped = Buffer.from(bytes);
  flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return flipped;
};
