import { createHash, timingSafeEqual } from "node:crypto";
import { DomainError } from "#lib/domain/errors.ts";
import { encodePairs, type Pairs } from "./encryption-context.ts";
import { type Kek, kekFromBytes } from "./kek.ts";
import { KEY_BYTES, withKeyBytes } from "./secret-key.ts";

/** What a wrapped KEK is bound to. For the keyring's DK: the deployment's id, the row's id, `keyring`, the generation. */
export type KekBinding = { tenant: string; key: string; purpose: string; version: number };

const HASH_BYTES = 32;
export const KEK_PAYLOAD_BYTES = KEY_BYTES + HASH_BYTES;

/** The pairs a provider with AAD gets natively. */
export const kekPairs = ({ tenant, key, purpose, version }: KekBinding): Pairs => ({
  key,
  purpose,
  tenant,
  version: String(version),
});

/**
 * The 64 bytes handed to a provider, to be wiped by the caller: the KEK and the hash of what it is bound to, so that
 * a provider without AAD binds the tenant too (`docs/formats.md#kek-payload`).
 */
export const encodeKekPayload = (
  kek: Kek,
  { tenant, purpose }: { tenant: string; purpose: string },
): Buffer => {
  const hash = bindingHash({ tenant, key: kek.keyId, purpose, version: kek.version });
  const payload = Buffer.allocUnsafeSlow(KEK_PAYLOAD_BYTES);
  withKeyBytes(kek.key, (bytes) => bytes.copy(payload, 0));
  payload.set(hash, KEY_BYTES);
  return payload;
};

/**
 * The KEK in a payload that a provider gave back, checked in constant time. The payload is wiped.
 *
 * @throws `KMS_BAD_RESPONSE` when it is not 64 bytes, `KMS_INVALID_CIPHERTEXT` when it is bound to something else.
 */
export const openKekPayload = (payload: Uint8Array, binding: KekBinding): Kek => {
  try {
    if (payload.length !== KEK_PAYLOAD_BYTES) {
      throw new DomainError("KMS_BAD_RESPONSE", "The KMS answered with something that is not a key.");
    }
    if (!timingSafeEqual(payload.subarray(KEY_BYTES), bindingHash(binding))) {
      throw new DomainError(
        "KMS_INVALID_CIPHERTEXT",
        "The wrapped key belongs to another key, version or tenant.",
      );
    }
    return kekFromBytes({ keyId: binding.key, version: binding.version }, payload.slice(0, KEY_BYTES));
  } finally {
    payload.fill(0);
  }
};

const bindingHash = (binding: KekBinding): Buffer =>
  createHash("sha256")
    .update("KFW1", "ascii")
    .update(encodePairs({ dek: "", ...kekPairs(binding) }))
    .digest();
