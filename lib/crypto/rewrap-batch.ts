import type { ErrorCode } from "#lib/domain/errors.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { Kek } from "./kek.ts";
import { createRewrapper } from "./rewrap-dek.ts";
import { viewOf } from "./uuid.ts";
import { WRAPPED_DEK_BYTES, type WrapBinding } from "./wrapped-dek-format.ts";

/** Moved DEKs in the places of the old ones; those that could not be moved are named, and their places are zero. */
export type RewrappedBatch = { moved: Buffer; failures: { index: number; code: ErrorCode }[] };

/** Moves wrapped DEKs, side by side, from one version of a key to another. One that does not open stops no other. */
export const rewrapBatch = (from: Kek, to: Kek, binding: WrapBinding, blobs: Uint8Array): RewrappedBatch => {
  const rewrap = createRewrapper(from, to, binding);
  const view = viewOf(blobs);
  const moved = Buffer.alloc(blobs.length);
  const failures: RewrappedBatch["failures"] = [];
  for (let at = 0; at < blobs.length; at += WRAPPED_DEK_BYTES) {
    const place = moved.subarray(at, at + WRAPPED_DEK_BYTES);
    try {
      rewrap(view.subarray(at, at + WRAPPED_DEK_BYTES), place);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      place.fill(0);
      failures.push({ index: at / WRAPPED_DEK_BYTES, code: error.code });
    }
  }
  return { moved, failures };
};
