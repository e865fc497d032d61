import { randomBytes, randomFillSync } from "node:crypto";

const POOL_BYTES = 64 * 1024;
const pool = Buffer.allocUnsafeSlow(POOL_BYTES);
let used = POOL_BYTES;

/**
 * Random bytes that the caller owns. They come out of a pool, because one system call per nonce costs more
 * than the encryption it serves; what was handed out is wiped from the pool and never handed out again.
 */
export const takeRandom = (length: number): Buffer => {
  if (length > POOL_BYTES) return randomBytes(length);
  if (used + length > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const taken = Buffer.allocUnsafe(length);
  pool.copy(taken, 0, used, used + length);
  pool.fill(0, used, used + length);
  used += length;
  return taken;
};
