import { parentPort } from "node:worker_threads";
import { kekFromKeyObject } from "#lib/crypto/kek.ts";
import { rewrapBatch } from "#lib/crypto/rewrap-batch.ts";
import type { CryptoAnswer, CryptoRequest, CryptoResult, CryptoTask } from "./crypto-task.ts";
import { findGcm } from "./openssl-gcm.ts";

const gcmOf = await findGcm();

const rewrap = ({ keyId, purpose, tenant, from, to, deks }: CryptoTask): CryptoResult => {
  const { moved, failures } = rewrapBatch(
    kekFromKeyObject({ keyId, version: from.version }, from.key),
    kekFromKeyObject({ keyId, version: to.version }, to.key),
    { purpose, tenant },
    Buffer.from(deks, "hex"),
    gcmOf,
  );
  return { moved: moved.toString("hex"), failures };
};

parentPort?.on("message", ({ id, task }: CryptoRequest) => {
  const answer: CryptoAnswer = { id };
  try {
    answer.result = rewrap(task);
  } catch (error) {
    answer.error = error instanceof Error ? error.message : "unknown";
  }
  parentPort?.postMessage(answer);
});
