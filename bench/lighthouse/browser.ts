import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "#cli/embedded/free-port.ts";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
];
const READY_TRIES = 100;
const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "about:blank",
];

const findBrowser = (env: NodeJS.ProcessEnv): string => {
  const found = [env.KEYFOLD_BROWSER, env.CHROME_PATH, ...PLACES].find((path) => path && existsSync(path));
  if (!found) throw new Error("No Chromium was found: set CHROME_PATH.");
  return found;
};

/** Runs with a Chromium that listens for a debugger on `port`, and ends it. */
export const withBrowser = async <T>(run: (port: number) => Promise<T>): Promise<T> => {
  const profile = mkdtempSync(join(tmpdir(), "keyfold-lighthouse-"));
  const port = await freePort();
  const child = spawn(
    findBrowser(process.env),
    [`--remote-debugging-port=${port}`, `--user-data-dir=${profile}`, ...FLAGS],
    { stdio: "ignore" },
  );
  const ended = new Promise((resolve) => child.once("close", resolve));
  try {
    for (let tries = 0; ; tries += 1) {
      const answer = await fetch(`http://127.0.0.1:${port}/json/version`).catch(() => null);
      if (answer?.ok) break;
      if (tries > READY_TRIES || child.exitCode !== null) throw new Error("Chromium did not start.");
      await sleep(100);
    }
    return await run(port);
  } finally {
    child.kill("SIGTERM");
    await ended;
    rmSync(profile, { recursive: true, force: true });
  }
};
