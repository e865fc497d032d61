import { randomBytes, randomFillSync } from "node:crypto";

const POOL_BYTES = 64 * 1024;
const pool = Buffer.allocUnsafeSlow(POOL_BYTES);
let used = POOL_BYTES;

/**
 * Random bytes that the caller owns. They come out of a pool, because one system call per nonce costs more
 * than the encryption it serves; what was handed out is wiped from the pool and never handed out again.
 */
export const takeRandom = (length: number): Buffer =>
  length > POOL_BYTES ? randomBytes(length) : fillRandom(Buffer.allocUnsafe(length));

/** `takeRandom` into bytes that are there already, at most 64 KiB of them. */
export const fillRandom = <T extends Uint8Array>(out: T): T => {
  if (used + out.length > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  for (let i = 0; i < out.length; i += 1) {
    out[i] = pool[used] as number;
    pool[used] = 0;
    used += 1;
  }
  return out;
};
