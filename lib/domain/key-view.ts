import type { Custody, KeyState, KeyStatus } from "./key-state.ts";

/** One version of a key as the console and the command line show it. Instants are RFC 3339. */
export type VersionView = {
  number: number;
  state: KeyState;
  current: boolean;
  /** DEKs that stand under it, counted now. */
  deks: number;
  cmk: { id: string; version: string };
  /** Raised by every change: names what a person saw of it. */
  rev: number;
  /** Wraps that keepers have reserved under it. */
  wrapsReserved: number;
  /** Wraps that left Keyfold under it and have not come back. */
  issued: number;
  /** From when on it was known to be empty. */
  emptySince: string | null;
  createdAt: string;
  activatedAt: string | null;
  deactivatedAt: string | null;
  compromisedAt: string | null;
  destroyedAt: string | null;
};

/** A key with its versions, oldest first. */
export type KeyView = {
  id: string;
  name: string;
  status: KeyStatus;
  custody: Custody;
  provider: string;
  rev: number;
  createdAt: string;
  versions: VersionView[];
};
