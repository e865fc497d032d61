import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { identify, isRunning } from "./process-identity.ts";

type Postmaster = { pid: number; status: string };

/** What `postmaster.pid` says, or undefined when there is none. */
export const readPostmaster = (folder: string): Postmaster | undefined => {
  try {
    const lines = readFileSync(join(folder, "postmaster.pid"), "utf8").split("\n");
    const pid = Number.parseInt(lines[0] ?? "", 10);
    return Number.isInteger(pid) && pid > 0 ? { pid, status: (lines[7] ?? "").trim() } : undefined;
  } catch {
    return undefined;
  }
};

const looksLikePostgres = (pid: number, folder: string): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(folder);
  } catch {
    return false;
  }
};

/** The id of a server that runs on `folder` although nobody holds the data directory: its starter was killed. */
export const orphanOf = (folder: string): number | undefined => {
  const postmaster = readPostmaster(folder);
  return postmaster !== undefined && looksLikePostgres(postmaster.pid, folder) ? postmaster.pid : undefined;
};

/** Asks the server to end, then insists: fast, immediate, kill. Data survives each of them. */
export const stopPostmaster = async (pid: number): Promise<void> => {
  const identity = identify(pid);
  const steps: [NodeJS.Signals, number][] = [
    ["SIGINT", 8_000],
    ["SIGQUIT", 3_000],
    ["SIGKILL", 3_000],
  ];
  for (const [signal, patience] of steps) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    for (const end = Date.now() + patience; Date.now() < end; await sleep(25)) {
      if (!isRunning(identity)) return;
    }
  }
};
