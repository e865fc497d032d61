import { type Kek, kekFromKeyObject } from "#lib/crypto/kek.ts";
import type { WrapBinding } from "#lib/crypto/wrapped-dek.ts";
import type { OpenKek } from "../keys/kek-cache.ts";
import type { PostedKey } from "./crypto-jobs.ts";

type BoundKek = { kek: Kek; binding: WrapBinding };

/** A version of a key as a thread gets it: a KeyObject, never its bytes. */
export const postKey = ({ kek: { keyId, version, key }, purpose }: OpenKek): PostedKey => ({
  keyId,
  version,
  key,
  purpose,
});

/** The keys of a task, by their place in it. */
export const keysOf = (tenant: string, keys: readonly PostedKey[]): ((place: number) => BoundKek) => {
  const bound = keys.map(
    ({ keyId, version, key, purpose }): BoundKek => ({
      kek: kekFromKeyObject({ keyId, version }, key),
      binding: { purpose, tenant },
    }),
  );
  return (place) => {
    const found = bound[place];
    if (!found) throw new Error(`A task has no key ${place}.`);
    return found;
  };
};
