import { encodeBase64 } from "#lib/crypto/base64.ts";
import { withFreshDek } from "#lib/crypto/dek.ts";
import { encryptField } from "#lib/crypto/envelope.ts";
import { wrapDek } from "#lib/crypto/wrapped-dek.ts";
import { contextOf, parseEncryptItem, parsePlaintexts } from "../bulk/bulk-input.ts";
import { batchJob, fieldsJson } from "./batch-job.ts";
import type { BatchResult, EncryptTask } from "./crypto-jobs.ts";
import { keysOf } from "./keys-of.ts";
import { attemptPosted } from "./posted-outcome.ts";

/** Encrypts each item under a DEK of its own. A bad one fails alone. */
export const encryptJob = ({ tenant, keys, ...batch }: EncryptTask): Promise<BatchResult> => {
  const keyAt = keysOf(tenant, keys);
  return batchJob(batch, (value, { key }) =>
    attemptPosted(
      () => {
        const input = parseEncryptItem(value);
        return { input, fields: parsePlaintexts(input.fields) };
      },
      ({ input, fields }) => {
        const { kek, binding } = keyAt(key);
        return withFreshDek((dek) => {
          const wrapped = encodeBase64(wrapDek(kek, dek, binding));
          const sealed = fields.map(
            ([name, bytes]) =>
              [name, encodeBase64(encryptField(dek, contextOf(tenant, input, name), bytes))] as const,
          );
          return `"wrapped_dek":"${wrapped}",${fieldsJson(sealed)}`;
        });
      },
    ),
  );
};
