import { spawn } from "node:child_process";
import { say } from "./paths.mjs";
import { watchParent } from "./watch-parent.mjs";

const EVERY_SECONDS = 15;

/**
 * Runs a program without showing its output, which is returned. While it takes long, says so now and then.
 * Ends the program when this process is asked to end.
 */
export const quietRun = (program, parameters, { cwd, env, still, timeoutSeconds = 3600 }) =>
  new Promise((resolve) => {
    const started = Date.now();
    // A group of its own, so that what it starts in turn can be ended with it.
    const child = spawn(program, parameters, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    const signalAll = (signal) => {
      try {
        process.kill(-child.pid, signal);
      } catch {
        child.kill(signal);
      }
    };
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    const ticker = setInterval(() => {
      if (still !== undefined) say(`${still} (${Math.round((Date.now() - started) / 1000)} s)`);
    }, EVERY_SECONDS * 1000);
    const limit = setTimeout(() => signalAll("SIGKILL"), timeoutSeconds * 1000);
    const end = (code) => {
      signalAll("SIGTERM");
      setTimeout(() => {
        signalAll("SIGKILL");
        process.exit(code);
      }, 2000);
    };
    const endings = { SIGINT: () => end(130), SIGTERM: () => end(143), SIGHUP: () => end(129) };
    for (const [signal, ending] of Object.entries(endings)) process.once(signal, ending);
    const unwatch = watchParent(() => end(143));
    const finish = (code) => {
      clearInterval(ticker);
      clearTimeout(limit);
      unwatch();
      for (const [signal, ending] of Object.entries(endings)) process.removeListener(signal, ending);
      resolve({ ok: code === 0, output });
    };
    child.once("error", (error) => {
      output += error.message;
      finish(1);
    });
    child.once("close", (code) => finish(code ?? 1));
  });
