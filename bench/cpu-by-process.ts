import { readdirSync, readFileSync } from "node:fs";

const TICKS_PER_SECOND = 100;

type Process = { pid: number; parent: number; name: string; seconds: number };

const readProcess = (pid: string): Process | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // A name may hold blanks and brackets: what follows the last bracket is counted.
    const end = stat.lastIndexOf(")");
    const rest = stat.slice(end + 2).split(" ");
    const ticks = Number(rest[11]) + Number(rest[12]);
    return {
      pid: Number(pid),
      parent: Number(rest[1]),
      name: stat.slice(stat.indexOf("(") + 1, end),
      seconds: ticks / TICKS_PER_SECOND,
    };
  } catch {
    // It ended while we looked.
    return null;
  }
};

/** Seconds of CPU that this process and those it started have used, by name. Empty where there is no `/proc`. */
export const cpuByProcess = (): Map<string, number> => {
  const pids = process.platform === "linux" ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
  const processes = pids.flatMap((pid) => readProcess(pid) ?? []);
  const ours = new Set([process.pid]);
  for (let before = 0; before < ours.size; ) {
    before = ours.size;
    for (const { pid, parent } of processes) if (ours.has(parent)) ours.add(pid);
  }
  const seconds = new Map<string, number>();
  for (const { pid, name, seconds: used } of processes) {
    if (!ours.has(pid)) continue;
    const who = pid === process.pid ? "client" : name === "postgres" ? "PostgreSQL" : "keeper";
    seconds.set(who, (seconds.get(who) ?? 0) + used);
  }
  return seconds;
};

/** What was used between two looks, as a share of one core, in a sentence's middle. */
export const cpuBetween = (from: Map<string, number>, to: Map<string, number>, wallSeconds: number): string =>
  [...to]
    .map(([who, used]) => `${who} ${Math.round(((used - (from.get(who) ?? 0)) / wallSeconds) * 100)} %`)
    .join(", ");
