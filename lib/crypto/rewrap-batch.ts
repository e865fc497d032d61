import type { ErrorCode } from "#lib/domain/errors.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { type GcmOf, nodeGcm } from "./aead.ts";
import type { Kek } from "./kek.ts";
import { createRewrapper } from "./rewrap-dek.ts";
import { viewOf } from "./uuid.ts";
import { WRAPPED_DEK_BYTES, type WrapBinding } from "./wrapped-dek-format.ts";

/** Moved DEKs in the places of the old ones; those that could not be moved are named, and their places are zero. */
export type RewrappedBatch = { moved: Buffer; failures: { index: number; code: ErrorCode }[] };

/** Moves wrapped DEKs, side by side, from one version of a key to another. One that does not open stops no other. */
export const rewrapBatch = (
  from: Kek,
  to: Kek,
  binding: WrapBinding,
  blobs: Uint8Array,
  gcmOf: GcmOf = nodeGcm,
): RewrappedBatch => {
  const rewrapper = createRewrapper(from, to, binding, gcmOf);
  const view = viewOf(blobs);
  const moved = Buffer.alloc(blobs.length);
  const failures: RewrappedBatch["failures"] = [];
  try {
    for (let at = 0; at < blobs.length; at += WRAPPED_DEK_BYTES) {
      const place = moved.subarray(at, at + WRAPPED_DEK_BYTES);
      try {
        rewrapper.rewrap(view.subarray(at, at + WRAPPED_DEK_BYTES), place);
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        place.fill(0);
        failures.push({ index: at / WRAPPED_DEK_BYTES, code: error.code });
      }
    }
  } finally {
    rewrapper.close();
  }
  return { moved, failures };
};
