import { spawn } from "node:child_process";
import { constants } from "node:os";
import { NODE_FLAGS } from "./node24.mjs";
import { inRoot } from "./paths.mjs";
import { watchParent } from "./watch-parent.mjs";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Runs a program with this process's streams, passes signals on to it and gives back its exit code. */
export const runThrough = (program, parameters, { cwd = process.cwd(), env = process.env } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, parameters, {
      cwd,
      // Compiled once, each command and each server of a test starts in half the time.
      env: { NODE_COMPILE_CACHE: inRoot(".cache", "node"), ...env },
      stdio: "inherit",
    });
    const pass = (signal) => child.kill(signal === "SIGHUP" ? "SIGTERM" : signal);
    for (const signal of SIGNALS) process.on(signal, pass);
    const unwatch = watchParent(() => child.kill("SIGTERM"));
    child.once("error", reject);
    child.once("close", (code, signal) => {
      unwatch();
      for (const name of SIGNALS) process.removeListener(name, pass);
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });

/** Runs one of the project's scripts on Node 24 in this process's stead. */
export const handOver = (node, script, parameters, { cwd, env, flags = NODE_FLAGS } = {}) =>
  runThrough(node, [...flags, inRoot(script), ...parameters], { cwd, env: { ...process.env, ...env } });
