import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { kekFromKeyObject } from "#lib/crypto/kek.ts";
import { usePrimitives } from "#lib/crypto/primitives.ts";
import { reencryptRecord } from "#lib/crypto/reencrypt-record.ts";
import { rewrapBatch } from "#lib/crypto/rewrap-batch.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type {
  CryptoAnswer,
  CryptoRequest,
  CryptoResult,
  CryptoTask,
  ReencryptResult,
  ReencryptTask,
} from "./crypto-task.ts";
import { findGcm } from "../openssl/batch-gcm.ts";
import { findPrimitives } from "../openssl/primitives.ts";

/** On Linux a priority is a thread's, and 0 is the one that asks: requests go first where cores are few. */
const stepBack = (): void => {
  if (process.platform !== "linux") return;
  try {
    setPriority(0, 5);
  } catch {
    // A sandbox may forbid it; the work is the same.
  }
};

stepBack();

const gcmOf = await findGcm();
usePrimitives(await findPrimitives());

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

const reencrypt = ({ keyId, purpose, tenant, from, to, records }: ReencryptTask): ReencryptResult => {
  const target = kekFromKeyObject({ keyId, version: to.version }, to.key);
  const sources = new Map(
    from.map(({ version, key }) => [version, kekFromKeyObject({ keyId, version }, key)] as const),
  );
  return records.map((record) => {
    const source = sources.get(record.version);
    if (!source) return { ok: false, code: "VERSION_RETIRED" };
    try {
      return { ok: true, ...reencryptRecord(source, target, { purpose, tenant }, record) };
    } catch (error) {
      if (error instanceof DomainError) return { ok: false, code: error.code };
      throw error;
    }
  });
};

const perform = (request: CryptoRequest): CryptoResult | ReencryptResult =>
  request.job === "rewrap" ? rewrap(request.task) : reencrypt(request.task);

parentPort?.on("message", (request: CryptoRequest) => {
  const answer: CryptoAnswer = { id: request.id };
  try {
    answer.result = perform(request);
  } catch (error) {
    answer.error = error instanceof Error ? error.message : "unknown";
  }
  parentPort?.postMessage(answer);
});
