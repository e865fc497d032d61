import { decodeBase64, encodeBase64 } from "#lib/crypto/base64.ts";
import { decryptField } from "#lib/crypto/envelope.ts";
import { holdKeyBytes } from "#lib/crypto/secret-key.ts";
import { unwrapDek } from "#lib/crypto/wrapped-dek.ts";
import { decryptFailed } from "#lib/domain/errors.ts";
import { contextOf, parseCiphertexts } from "../bulk/bulk-input.ts";
import type { DecryptTask, OpenedItem } from "./crypto-jobs.ts";
import { inTurns } from "./in-turns.ts";
import { keysOf } from "./keys-of.ts";
import type { PostedOutcome } from "./posted-outcome.ts";
import { attemptPosted } from "./posted-outcome.ts";

/** Opens each item. One that does not open fails alone. */
export const decryptJob = ({ tenant, keys, items }: DecryptTask): Promise<PostedOutcome<OpenedItem>[]> => {
  const keyAt = keysOf(tenant, keys);
  return inTurns(items, (item) =>
    attemptPosted(
      () => parseCiphertexts(item.fields),
      (fields): OpenedItem => {
        if (item.key === null) throw decryptFailed("no_key");
        const { kek, binding } = keyAt(item.key);
        const dek = unwrapDek(kek, decodeBase64(item.wrapped), binding);
        return holdKeyBytes(dek.key, () => ({
          plaintexts: fields.map(([name, bytes]) =>
            encodeBase64(decryptField(dek, contextOf(tenant, item, name), bytes)),
          ),
        }));
      },
    ),
  );
};
