import type { KeyObject } from "node:crypto";
import type { RecordCiphertext } from "#lib/crypto/reencrypt-record.ts";
import type { ErrorCode } from "#lib/domain/errors.ts";
import type { PostedOutcome } from "./posted-outcome.ts";

/** One version's key as a thread gets it: a KeyObject, never its bytes. */
export type PostedKek = { version: number; key: KeyObject };

type Task = { keyId: string; purpose: string; tenant: string; to: PostedKek };

/** Wrapped DEKs of one key and one version, side by side in hex, to be moved to another version. */
export type RewrapTask = Task & { from: PostedKek; deks: string };

/** The moved DEKs in the same places; those that could not be moved are named, and their places mean nothing. */
export type RewrapResult = { moved: string; failures: { index: number; code: ErrorCode }[] };

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

/** A version of a key with all that a wrap under it is bound to, but for the tenant. */
export type PostedKey = PostedKek & { keyId: string; purpose: string };

/**
 * A batch of one tenant, as its body came: bytes travel between threads, objects would be copied one by one. The thread
 * reads it anew, and does what stands in `items`, each with the key at its place in `keys`.
 */
type BatchTask<K> = {
  tenant: string;
  keys: readonly PostedKey[];
  body: Uint8Array;
  items: readonly { place: number; key: K }[];
};

/** Items to be encrypted, each under a DEK of its own. */
export type EncryptTask = BatchTask<number>;
/** Items to be opened. One whose key is null is only looked at: whether it is an item at all. */
export type DecryptTask = BatchTask<number | null>;

/** What became of each item: where its members end in `json`, where they stand one after the other. */
export type BatchResult = { json: Uint8Array; outcomes: PostedOutcome<number>[] };

/** What threads do, by name. */
export type CryptoJobs = {
  rewrap: { task: RewrapTask; result: RewrapResult };
  reencrypt: { task: ReencryptTask; result: ReencryptResult };
  encrypt: { task: EncryptTask; result: BatchResult };
  decrypt: { task: DecryptTask; result: BatchResult };
};
export type CryptoJob = keyof CryptoJobs;

export type CryptoRequest = {
  [J in CryptoJob]: { id: number; job: J; task: CryptoJobs[J]["task"] };
}[CryptoJob];
export type CryptoAnswer = { id: number; result?: CryptoJobs[CryptoJob]["result"]; error?: string };
