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

/** Bytes of keys that a caller further up holds. */
const held = new Map<KeyObject, Buffer>();

/** Hands the bytes of a key to `use`, which does not change them, and wipes them, whatever happens. */
export const withKeyBytes = <T>(key: KeyObject, use: (bytes: Buffer) => T): T => {
  const known = held.get(key);
  if (known) return use(known);
  const bytes = key.export();
  try {
    return use(bytes);
  } finally {
    bytes.fill(0);
  }
};

/**
 * Takes the bytes of a key out of it once for all that `run` does with it: each time costs as much as a short message.
 * They are wiped when `run` returns, so nothing of it may be left for later.
 */
export const holdKeyBytes = <T>(key: KeyObject, run: () => T): T =>
  withKeyBytes(key, (bytes) => (held.has(key) ? run() : holdBytes(key, bytes, run)));

/** `holdKeyBytes` of a key that is made of these bytes, which are wiped. */
export const holdNewKey = <T>(bytes: Buffer, run: (key: KeyObject) => T): T => {
  try {
    if (bytes.length !== KEY_BYTES) throw new RangeError("A key has 32 bytes.");
    const key = createSecretKey(bytes);
    return holdBytes(key, bytes, () => run(key));
  } finally {
    bytes.fill(0);
  }
};

const holdBytes = <T>(key: KeyObject, bytes: Buffer, run: () => T): T => {
  held.set(key, bytes);
  try {
    return run();
  } finally {
    held.delete(key);
  }
};
