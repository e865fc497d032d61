import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { inRoot, Refusal } from "./paths.mjs";

const FILE = inRoot(".cache", "install.lock");
const BEAT_MS = 5_000;
// Process ids come again, in containers soon: one that lives counts only if it has touched its lock of late.
const STALE_MS = 60_000;

const isRunning = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
};

const holder = () => {
  try {
    const pid = Number(readFileSync(FILE, "utf8"));
    return Date.now() - statSync(FILE).mtimeMs < STALE_MS && isRunning(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
};

// The name appears with its content, so that nobody takes a lock that is not yet filled for one left behind.
const tryCreate = () => {
  const filled = `${FILE}.${process.pid}.new`;
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(filled, String(process.pid));
  try {
    linkSync(filled, FILE);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(filled, { force: true });
  }
};

const clearStale = () => {
  const aside = `${FILE}.${process.pid}`;
  try {
    renameSync(FILE, aside);
    rmSync(aside, { force: true });
  } catch {
    // Somebody else cleared it first; the next attempt to create it decides.
  }
};

/** Whether another process installs here now. What is in node_modules then counts for nothing. */
export const isBeingInstalled = () => holder() !== undefined;

/** Runs `install` unless another process installs here: two at once would destroy each other's packages. */
export const whileAloneInstalling = async (install) => {
  for (let attempt = 0; !tryCreate(); attempt += 1) {
    const pid = holder();
    if (pid !== undefined || attempt >= 5) {
      throw new Refusal(
        `Another start installs the packages here (process ${pid ?? "unknown"}): wait until it is done, then run this again.`,
      );
    }
    clearStale();
  }
  const release = () => rmSync(FILE, { force: true });
  process.once("exit", release);
  const beat = setInterval(() => utimesSync(FILE, new Date(), new Date()), BEAT_MS);
  try {
    return await install();
  } finally {
    clearInterval(beat);
    process.removeListener("exit", release);
    release();
  }
};
