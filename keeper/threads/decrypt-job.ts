import { encodeBase64 } from "#lib/crypto/base64.ts";
import { decryptField } from "#lib/crypto/envelope.ts";
import { holdKeyBytes } from "#lib/crypto/secret-key.ts";
import { unwrapDek } from "#lib/crypto/wrapped-dek.ts";
import { decryptFailed } from "#lib/domain/errors.ts";
import { contextOf, parseCiphertexts, parseDecryptItem } from "../bulk/bulk-input.ts";
import { batchJob, fieldsJson } from "./batch-job.ts";
import type { BatchResult, DecryptTask } from "./crypto-jobs.ts";
import { keysOf } from "./keys-of.ts";
import { attemptPosted } from "./posted-outcome.ts";

/** Opens each item. One that does not open fails alone. */
export const decryptJob = ({ tenant, keys, ...batch }: DecryptTask): Promise<BatchResult> => {
  const keyAt = keysOf(tenant, keys);
  return batchJob(batch, (value, { key }) =>
    attemptPosted(
      () => {
        const input = parseDecryptItem(value);
        return { input, fields: parseCiphertexts(input.fields) };
      },
      ({ input, fields }) => {
        if (key === null) throw decryptFailed("no_key");
        const { kek, binding } = keyAt(key);
        const dek = unwrapDek(kek, input.bytes, binding);
        return holdKeyBytes(dek.key, () =>
          fieldsJson(
            fields.map(
              ([name, bytes]) =>
                [name, encodeBase64(decryptField(dek, contextOf(tenant, input, name), bytes))] as const,
            ),
          ),
        );
      },
    ),
  );
};
