import { parentPort, workerData } from "node:worker_threads";
import { generateDek } from "#lib/crypto/dek.ts";
import type { Kek } from "#lib/crypto/kek.ts";
import { kekFromKeyObject } from "#lib/crypto/kek.ts";
import { newUuid } from "#lib/crypto/uuid.ts";
import type { WrapBinding } from "#lib/crypto/wrapped-dek-format.ts";
import { wrapDek } from "#lib/crypto/wrapped-dek.ts";

/** What the thread is made with. */
export type MakeDeks = { keyId: string; version: number; key: Kek["key"]; binding: WrapBinding };
/** Fresh DEKs, wrapped, side by side, and ids for their records. */
export type MadeDeks = { wrapped: Uint8Array; recordIds: string[] };

// A thread of its own: what it leaves behind is given back when it ends and does not count as the rewrap's memory.
const { keyId, version, key, binding } = workerData as MakeDeks;
const kek = kekFromKeyObject({ keyId, version }, key);

parentPort?.on("message", (count: number) => {
  const wrapped = Buffer.concat(Array.from({ length: count }, () => wrapDek(kek, generateDek(), binding)));
  const recordIds = Array.from({ length: count }, () => newUuid());
  parentPort?.postMessage({ wrapped, recordIds } satisfies MadeDeks);
});
