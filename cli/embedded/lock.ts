import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DomainError } from "#lib/domain/errors.ts";
import { identify, isRunning, type ProcessIdentity } from "./process-identity.ts";

/** Gives the data directory back. */
export type Release = () => void;

const held = new Map<string, number>();

const readHolder = (file: string): ProcessIdentity | undefined => {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity;
  } catch {
    return undefined;
  }
};

/** The name appears with its content: nobody reads a lock that is made and not yet filled, and takes it for a stale one. */
const tryCreate = (file: string): boolean => {
  const filled = `${file}.${process.pid}.new`;
  writeFileSync(filled, JSON.stringify(identify(process.pid)), { mode: 0o600 });
  try {
    linkSync(filled, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(filled, { force: true });
  }
};

const clearStale = (file: string): void => {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    rmSync(aside, { force: true });
  } catch {
    // Somebody else cleared it first; the next attempt to create it decides.
  }
};

const release = (file: string): void => {
  const count = (held.get(file) ?? 0) - 1;
  if (count > 0) {
    held.set(file, count);
    return;
  }
  held.delete(file);
  if (readHolder(file)?.pid === process.pid) rmSync(file, { force: true });
};

/**
 * Takes the data directory for this process, which may take it several times; it is free again after the last release.
 * A lock left behind by a process that is gone is taken over.
 */
export const lockDataDir = (dataDir: string): Release => {
  const file = join(dataDir, "lock");
  const before = held.get(file) ?? 0;
  for (let attempt = 0; before === 0 && !tryCreate(file); attempt += 1) {
    const holder = readHolder(file);
    if (attempt >= 5 || (holder !== undefined && isRunning(holder))) {
      throw new DomainError(
        "CONFLICT",
        `The data directory ${dataDir} is in use by another Keyfold (pid ${holder?.pid ?? "unknown"}).`,
      );
    }
    clearStale(file);
  }
  held.set(file, before + 1);
  let released = false;
  return () => {
    if (!released) release(file);
    released = true;
  };
};
