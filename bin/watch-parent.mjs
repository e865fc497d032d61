import { readFileSync } from "node:fs";

const CHECK_MS = 500;

const readProc = (pid, file) => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
};

const parentOf = (pid) => {
  const stat = readProc(pid, "stat");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
};

// npm's own shell, which lives on when npm alone is killed.
const isShellOfNpm = (pid) =>
  process.env.npm_lifecycle_event !== undefined && /^(ba|da|a)?sh\0-c\0/.test(readProc(pid, "cmdline"));

/**
 * Calls `gone` when the process that started this one is no more. npm runs `sh -c node …`, and of a signal to npm only
 * the shell learns; of the end of npm not even that. Returns how to stop watching.
 */
export const watchParent = (gone) => {
  const parent = process.ppid;
  const grandparent = isShellOfNpm(parent) ? parentOf(parent) : undefined;
  const watch = setInterval(() => {
    if (process.ppid !== parent || (grandparent !== undefined && parentOf(parent) !== grandparent)) gone();
  }, CHECK_MS);
  watch.unref();
  return () => clearInterval(watch);
};
