import { setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { usePrimitives } from "#lib/crypto/primitives.ts";
import { findGcm } from "../openssl/batch-gcm.ts";
import { findPrimitives } from "../openssl/primitives.ts";
import type { CryptoAnswer, CryptoJob, CryptoJobs, CryptoRequest } from "./crypto-jobs.ts";
import { decryptJob } from "./decrypt-job.ts";
import { encryptJob } from "./encrypt-job.ts";
import { reencryptJob, rewrapJob } from "./rewrap-job.ts";

/** On Linux a priority is a thread's, and 0 is the one that asks: requests go first where cores are few. */
const stepBack = (): void => {
  if (process.platform !== "linux") return;
  try {
    setPriority(0, 5);
  } catch {
    // A sandbox may forbid it; the work is the same.
  }
};

if (workerData.background === true) stepBack();

const gcmOf = await findGcm();
usePrimitives(await findPrimitives());

const perform = async (request: CryptoRequest): Promise<CryptoJobs[CryptoJob]["result"]> => {
  switch (request.job) {
    case "rewrap":
      return rewrapJob(request.task, gcmOf);
    case "reencrypt":
      return reencryptJob(request.task);
    case "encrypt":
      return encryptJob(request.task);
    case "decrypt":
      return decryptJob(request.task);
  }
};

/** Bytes that a job made are handed over, not copied. */
const handedOver = (result: CryptoAnswer["result"]): ArrayBuffer[] =>
  result && "json" in result && result.json.buffer instanceof ArrayBuffer ? [result.json.buffer] : [];

parentPort?.on("message", async (request: CryptoRequest) => {
  const answer: CryptoAnswer = { id: request.id };
  try {
    answer.result = await perform(request);
  } catch (error) {
    answer.error = error instanceof Error ? error.message : "unknown";
  }
  parentPort?.postMessage(answer, handedOver(answer.result));
});
