import { timingSafeEqual } from "node:crypto";
import { decryptFailed } from "#lib/domain/errors.ts";
import { type Dek, generateDek } from "./dek.ts";
import { decryptField, encryptField } from "./envelope.ts";
import type { Kek } from "./kek.ts";
import { unwrapDek, type WrapBinding, wrapDek } from "./wrapped-dek.ts";

/** A record's ciphertexts by their fields' names, and the DEK that opens them. */
export type RecordCiphertext = {
  collection: string;
  record: string;
  wrapped: Uint8Array;
  fields: readonly { name: string; ciphertext: Uint8Array }[];
};

/**
 * Encrypts a record anew: a fresh DEK, and for each field a fresh salt. What it returns has been opened again from its
 * bytes and compared, so that nothing that cannot be opened ever replaces what can.
 *
 * @throws as `unwrapDek` and `decryptField`; `DECRYPT_FAILED` also when the new bytes do not open to the same.
 */
export const reencryptRecord = (
  from: Kek,
  to: Kek,
  binding: WrapBinding,
  old: RecordCiphertext,
): { wrapped: Buffer; fields: Buffer[] } => {
  if (from.keyId !== to.keyId) throw new TypeError("A re-encrypt stays within one key.");
  const { collection, record } = old;
  const dek = unwrapDek(from, old.wrapped, binding);
  const fresh = generateDek();
  const wrapped = wrapDek(to, fresh, binding);
  const again = unwrapDek(to, wrapped, binding);
  const fields = old.fields.map(({ name, ciphertext }) => {
    const context = { tenant: binding.tenant, collection, record, field: name };
    return reencryptField(dek, fresh, again, context, ciphertext);
  });
  return { wrapped, fields };
};

const reencryptField = (
  dek: Dek,
  fresh: Dek,
  again: Dek,
  context: Parameters<typeof encryptField>[1],
  ciphertext: Uint8Array,
): Buffer => {
  const plaintext = decryptField(dek, context, ciphertext);
  try {
    const made = encryptField(fresh, context, plaintext);
    const check = decryptField(again, context, made);
    const same = check.length === plaintext.length && timingSafeEqual(check, plaintext);
    check.fill(0);
    if (!same) throw decryptFailed("reencrypt_check");
    return made;
  } finally {
    plaintext.fill(0);
  }
};
