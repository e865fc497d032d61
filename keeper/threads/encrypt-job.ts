import { encodeBase64 } from "#lib/crypto/base64.ts";
import { generateDek } from "#lib/crypto/dek.ts";
import { encryptField } from "#lib/crypto/envelope.ts";
import { holdKeyBytes } from "#lib/crypto/secret-key.ts";
import { wrapDek } from "#lib/crypto/wrapped-dek.ts";
import { contextOf, parsePlaintexts } from "../bulk/bulk-input.ts";
import type { EncryptTask, SealedItem } from "./crypto-jobs.ts";
import { keysOf } from "./keys-of.ts";
import { inTurns } from "./in-turns.ts";
import type { PostedOutcome } from "./posted-outcome.ts";
import { attemptPosted } from "./posted-outcome.ts";

/** Encrypts each item under a DEK of its own. A bad one fails alone. */
export const encryptJob = ({ tenant, keys, items }: EncryptTask): Promise<PostedOutcome<SealedItem>[]> => {
  const keyAt = keysOf(tenant, keys);
  return inTurns(items, (item) =>
    attemptPosted(
      () => parsePlaintexts(item.fields),
      (fields): SealedItem => {
        const { kek, binding } = keyAt(item.key);
        const dek = generateDek();
        return holdKeyBytes(dek.key, () => ({
          wrapped: encodeBase64(wrapDek(kek, dek, binding)),
          ciphertexts: fields.map(([name, bytes]) =>
            encodeBase64(encryptField(dek, contextOf(tenant, item, name), bytes)),
          ),
        }));
      },
    ),
  );
};
