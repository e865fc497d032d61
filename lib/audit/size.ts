import { DomainError } from "#lib/domain/errors.ts";

/**
 * Sizes and indexes are JavaScript numbers: 2^53 leaves are out of reach, and a number is what the rest of the code
 * counts with. Every public function that takes one checks it here.
 */
export const requireSize = (size: number, what = "size"): number => {
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new DomainError("AUDIT_TREE_BROKEN", `A tree's ${what} must be an integer from 0 to 2^53 - 1.`);
  }
  return size;
};

/** A size in decimal without leading zeros or sign, or null. */
export const parseSize = (text: string): number | null => {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) return null;
  const size = Number(text);
  return Number.isSafeInteger(size) ? size : null;
};
