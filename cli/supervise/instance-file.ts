import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identify, isRunning, type ProcessIdentity } from "#cli/embedded/process-identity.ts";

/** What a running instance tells about itself in `<dataDir>/instance.json` (0600). */
export type Instance = {
  /** The supervisor: a signal to it stops everything. */
  supervisor: ProcessIdentity;
  url: string;
  keeperUrl: string;
  port: number;
  keeperPort: number;
  /** The port of the embedded PostgreSQL; null when DATABASE_URL names another. */
  databasePort: number | null;
  pids: { console: number | null; keeper: number | null };
};

const fileIn = (dataDir: string): string => join(dataDir, "instance.json");

export const writeInstance = (dataDir: string, instance: Omit<Instance, "supervisor">): void => {
  const file = fileIn(dataDir);
  const content: Instance = { supervisor: identify(process.pid), ...instance };
  writeFileSync(`${file}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
};

export const removeInstance = (dataDir: string): void => rmSync(fileIn(dataDir), { force: true });

/** The instance that runs on a data directory, or undefined when none does. */
export const readInstance = (dataDir: string): Instance | undefined => {
  try {
    const instance = JSON.parse(readFileSync(fileIn(dataDir), "utf8")) as Instance;
    return isRunning(instance.supervisor) ? instance : undefined;
  } catch {
    return undefined;
  }
};
