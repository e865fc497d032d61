import type { KeyObject } from "node:crypto";
import type { RecordCiphertext } from "#lib/crypto/reencrypt-record.ts";
import type { ErrorCode } from "#lib/domain/errors.ts";

/** One version's key as a thread gets it: a KeyObject, never its bytes. */
export type PostedKek = { version: number; key: KeyObject };

type Task = { keyId: string; purpose: string; tenant: string; to: PostedKek };

/** Wrapped DEKs of one key and one version, side by side in hex, to be moved to another version. */
export type CryptoTask = Task & { from: PostedKek; deks: string };

/** The moved DEKs in the same places; those that could not be moved are named, and their places mean nothing. */
export type CryptoResult = { moved: string; failures: { index: number; code: ErrorCode }[] };

/** Records of one key to be encrypted anew, whose versions are all in `from`. */
export type ReencryptTask = Task & {
  from: readonly PostedKek[];
  records: readonly (RecordCiphertext & { version: number })[];
};

/** Of each record, in its place: its new bytes, or why it did not open. */
export type ReencryptResult = (
  | { ok: true; wrapped: Uint8Array; fields: Uint8Array[] }
  | { ok: false; code: ErrorCode }
)[];

/** What threads do, by name. */
export type CryptoJobs = {
  rewrap: { task: CryptoTask; result: CryptoResult };
  reencrypt: { task: ReencryptTask; result: ReencryptResult };
};
export type CryptoJob = keyof CryptoJobs;

export type CryptoRequest = {
  [J in CryptoJob]: { id: number; job: J; task: CryptoJobs[J]["task"] };
}[CryptoJob];
export type CryptoAnswer = { id: number; result?: CryptoJobs[CryptoJob]["result"]; error?: string };
