import type { KeyObject } from "node:crypto";
import type { ErrorCode } from "#lib/domain/errors.ts";

/** One version's key as a thread gets it: a KeyObject, never its bytes. */
export type PostedKek = { version: number; key: KeyObject };

/** Wrapped DEKs of one key and one version, side by side in hex, to be moved to another version. */
export type CryptoTask = {
  keyId: string;
  purpose: string;
  tenant: string;
  from: PostedKek;
  to: PostedKek;
  deks: string;
};

/** The moved DEKs in the same places; those that could not be moved are named, and their places mean nothing. */
export type CryptoResult = { moved: string; failures: { index: number; code: ErrorCode }[] };

export type CryptoRequest = { id: number; task: CryptoTask };
export type CryptoAnswer = { id: number; result?: CryptoResult; error?: string };
