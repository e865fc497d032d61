import { parentPort } from "node:worker_threads";
import { kekFromKeyObject } from "#lib/crypto/kek.ts";
import { createRewrapper } from "#lib/crypto/rewrap-dek.ts";
import { WRAPPED_DEK_BYTES } from "#lib/crypto/wrapped-dek.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { CryptoAnswer, CryptoRequest, CryptoResult, CryptoTask } from "./crypto-task.ts";

const rewrap = ({ keyId, purpose, tenant, from, to, deks }: CryptoTask): CryptoResult => {
  const move = createRewrapper(
    kekFromKeyObject({ keyId, version: from.version }, from.key),
    kekFromKeyObject({ keyId, version: to.version }, to.key),
    { purpose, tenant },
  );
  const view = Buffer.from(deks.buffer, deks.byteOffset, deks.byteLength);
  const moved = Buffer.allocUnsafeSlow(view.length);
  const failures: CryptoResult["failures"] = [];
  for (let at = 0; at < view.length; at += WRAPPED_DEK_BYTES) {
    try {
      moved.set(move(view.subarray(at, at + WRAPPED_DEK_BYTES)), at);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      failures.push({ index: at / WRAPPED_DEK_BYTES, code: error.code });
    }
  }
  return { moved, failures };
};

parentPort?.on("message", ({ id, task }: CryptoRequest) => {
  const answer: CryptoAnswer = { id };
  try {
    answer.result = rewrap(task);
  } catch (error) {
    answer.error = error instanceof Error ? error.message : "unknown";
  }
  parentPort?.postMessage(answer, answer.result ? [answer.result.moved.buffer as ArrayBuffer] : []);
});
