import type { Kek } from "#lib/crypto/kek.ts";
import { encodeKekPayload, type KekBinding, kekPairs, openKekPayload } from "#lib/crypto/kek-payload.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { withDeadline } from "./deadline.ts";
import type { CallOptions, KmsAdapter, Wrapped } from "./port.ts";

/**
 * Has the CMK wrap a KEK (or the keyring's DK). The payload that leaves the process is wiped here.
 *
 * @throws the adapter's `KMS_…` errors, `KMS_TIMEOUT`, `KMS_BAD_RESPONSE` for an answer without bytes or version.
 */
export const wrapKek = async (
  adapter: KmsAdapter,
  kek: Kek,
  { tenant, purpose }: { tenant: string; purpose: string },
  options?: CallOptions & { version?: string },
): Promise<Wrapped> => {
  const pairs = kekPairs({ tenant, key: kek.keyId, purpose, version: kek.version });
  const payload = encodeKekPayload(kek, { tenant, purpose });
  try {
    const wrapped = await withDeadline(options, (signal) =>
      adapter.wrap(payload, pairs, { signal, version: options?.version }),
    );
    if (wrapped.blob.length === 0 || wrapped.cmkVersion === "") {
      throw new DomainError("KMS_BAD_RESPONSE", "The KMS answered without a wrapped key.");
    }
    return wrapped;
  } finally {
    payload.fill(0);
  }
};

/**
 * Has the CMK unwrap a KEK, and checks in constant time that it is this key's, version's and tenant's.
 *
 * @throws the adapter's `KMS_…` errors, `KMS_TIMEOUT`, `KMS_BAD_RESPONSE`, `KMS_INVALID_CIPHERTEXT`.
 */
export const unwrapKek = async (
  adapter: KmsAdapter,
  { blob, cmkVersion }: Wrapped,
  binding: KekBinding,
  options?: CallOptions,
): Promise<Kek> => {
  const payload = await withDeadline(options, (signal) =>
    adapter.unwrap(blob, cmkVersion, kekPairs(binding), { signal }),
  );
  return openKekPayload(payload, binding);
};
