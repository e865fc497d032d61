import type { Keeper } from "../keeper.ts";
import type { Governor } from "./governor.ts";
import type { CryptoPool } from "../threads/crypto-pool.ts";

/** The sizes of the work. Tests make them small. */
export type RewrapSizes = {
  /** DEKs in one transaction. */
  batch: number;
  /** DEKs in one chunk: one event each. */
  chunk: number;
  /** Batches read and rewrapped ahead of the one that is written. */
  ahead: number;
};

export const SIZES: RewrapSizes = { batch: 4_000, chunk: 50_000, ahead: 3 };

/** What the jobs of one keeper share. */
export type Engine = {
  keeper: Keeper;
  crypto: CryptoPool;
  sizes: RewrapSizes;
  stop: AbortSignal;
  governor: Governor;
  /** Jobs at work: they share what the foreground leaves free. */
  atWork: () => number;
};
