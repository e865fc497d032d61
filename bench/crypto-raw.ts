import type { KeyObject } from "node:crypto";
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  randomFillSync,
  timingSafeEqual,
} from "node:crypto";

/** What one encryption leaves behind, with everything that opens it. */
export type RawItem = { nonce: Buffer; wrapped: Buffer; salt: Buffer; commitment: Buffer; sealed: Buffer };

const TAG = { authTagLength: 16 };
const IV = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
const KEY_INFO = Buffer.concat([Buffer.from([0x04, 0x78]), Buffer.from("DERIVEKEY")]);
const COMMIT_INFO = Buffer.from("COMMITKEY");
const pool = Buffer.alloc(64 * 1024);
let used = pool.length;

/** Randomness out of a pool, copied: the cheapest way there is. */
const random = (length: number): Buffer => {
  if (used + length > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += length;
  return Buffer.from(pool.subarray(used - length, used));
};

const seal = (key: KeyObject, iv: Buffer, aad: Buffer, plaintext: Uint8Array): Buffer => {
  const cipher = createCipheriv("aes-256-gcm", key, iv, TAG);
  cipher.setAAD(aad);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
};

const open = (key: KeyObject, iv: Buffer, aad: Buffer, sealed: Buffer): Buffer => {
  const decipher = createDecipheriv("aes-256-gcm", key, iv, TAG);
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(sealed.length - 16));
  const plaintext = decipher.update(sealed.subarray(0, sealed.length - 16));
  decipher.final();
  return plaintext;
};

const derive = (dek: KeyObject, salt: Buffer) => ({
  key: createSecretKey(Buffer.from(hkdfSync("sha512", dek, salt, KEY_INFO, 32))),
  commitment: Buffer.from(hkdfSync("sha512", dek, salt, COMMIT_INFO, 32)),
});

/** The same steps as ours in bare node:crypto, formats and checks of input left out: the floor. */
export const rawCrypto = (kek: KeyObject, wrapAad: Buffer, aad: Buffer) => ({
  encrypt: (plaintext: Uint8Array): RawItem => {
    const bytes = random(32);
    const dek = createSecretKey(bytes);
    const [salt, nonce] = [random(32), random(12)];
    const { key, commitment } = derive(dek, salt);
    return {
      nonce,
      wrapped: seal(kek, nonce, wrapAad, bytes),
      salt,
      commitment,
      sealed: seal(key, IV, aad, plaintext),
    };
  },
  decrypt: ({ nonce, wrapped, salt, commitment, sealed }: RawItem): Buffer => {
    const dek = createSecretKey(open(kek, nonce, wrapAad, wrapped));
    const derived = derive(dek, salt);
    if (!timingSafeEqual(derived.commitment, commitment)) throw new Error("The commitment does not fit.");
    return open(derived.key, IV, aad, sealed);
  },
});
