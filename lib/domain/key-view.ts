import type { Custody, KeyState, KeyStatus } from "./key-state.ts";

/** One version of a key as the console and the command line show it. Instants are RFC 3339. */
export type VersionView = {
  number: number;
  state: KeyState;
  current: boolean;
  /** DEKs that stand under it, counted now. */
  deks: number;
  cmk: { id: string; version: string };
  createdAt: string;
  activatedAt: string | null;
  deactivatedAt: string | null;
};

/** A key with its versions, oldest first. */
export type KeyView = {
  id: string;
  name: string;
  status: KeyStatus;
  custody: Custody;
  provider: string;
  createdAt: string;
  versions: VersionView[];
};
