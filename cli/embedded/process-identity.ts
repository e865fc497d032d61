import { readFileSync } from "node:fs";

/** A process by its id and, where the system tells, the instant it started: ids are used again, the pair is not. */
export type ProcessIdentity = { pid: number; startedAt: string | null };

const startOf = (pid: number): string | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, in parentheses, may hold spaces: count the fields after it.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
};

const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
};

export const identify = (pid: number): ProcessIdentity => ({ pid, startedAt: startOf(pid) });

/** Whether that very process, not a later one with the same id, is still running. */
export const isRunning = ({ pid, startedAt }: ProcessIdentity): boolean =>
  exists(pid) && (startedAt === null || startOf(pid) === startedAt);
