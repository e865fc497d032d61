import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { inRoot, Refusal, ROOT, say } from "./paths.mjs";
import { quietRun } from "./quiet-run.mjs";

// Some distributions install a `chromium-browser` that only says how to install one.
const works = (path) => {
  try {
    return /\d+\./.test(
      execFileSync(path, ["--version"], { timeout: 20_000, stdio: ["ignore", "pipe", "ignore"] }).toString(),
    );
  } catch {
    return false;
  }
};

const playwrightCache = () => {
  if (process.env.PLAYWRIGHT_BROWSERS_PATH) return process.env.PLAYWRIGHT_BROWSERS_PATH;
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "ms-playwright");
  if (process.platform === "win32") return join(process.env.LOCALAPPDATA ?? homedir(), "ms-playwright");
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "ms-playwright");
};

// A shell draws no window of its own, and so takes a third less of the machine for the same pages.
const INSIDE = [
  "chrome-headless-shell-linux64/chrome-headless-shell",
  "chrome-linux/headless_shell",
  "chrome-headless-shell-mac-arm64/chrome-headless-shell",
  "chrome-headless-shell-mac-x64/chrome-headless-shell",
  "chrome-headless-shell-win64/chrome-headless-shell.exe",
  "chrome-linux64/chrome",
  "chrome-linux/chrome",
  "chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing",
  "chrome-mac-x64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing",
  "chrome-mac/Chromium.app/Contents/MacOS/Chromium",
  "chrome-win64/chrome.exe",
  "chrome-win/chrome.exe",
];

const downloaded = () => {
  const cache = playwrightCache();
  if (!existsSync(cache)) return [];
  const builds = readdirSync(cache).filter((name) => /^chromium(_headless_shell)?-\d+$/.test(name));
  builds.sort((a, b) => Number(b.split("-")[1]) - Number(a.split("-")[1]));
  return INSIDE.flatMap((path) => builds.map((build) => join(cache, build, path))).filter((path) =>
    existsSync(path),
  );
};

const NAMES = [
  "chromium-headless-shell",
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "microsoft-edge",
  "msedge.exe",
];

const ELSEWHERE = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
];

const installed = () =>
  [
    ...NAMES.flatMap((name) => (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name))),
    ...ELSEWHERE,
  ].filter((path) => existsSync(path));

const present = () =>
  [process.env.CHROME_PATH, ...downloaded(), ...installed()].find((path) => path && works(path));

const aptInstall = async () => {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const still = "Still installing the system's browser …";
  await quietRun("apt-get", ["update"], { cwd: ROOT, env, timeoutSeconds: 300 });
  const install = (name) =>
    quietRun("apt-get", ["install", "-y", "--no-install-recommends", name], {
      cwd: ROOT,
      env,
      still,
      timeoutSeconds: 900,
    });
  const shell = await install("chromium-headless-shell");
  return shell.ok ? shell : install("chromium");
};

/** The path of a Chromium for the browser tests: one that is there, else one that can be had. */
export const ensureBrowser = async (node) => {
  const found = present();
  if (found !== undefined) return found;

  say("Getting a browser for the tests …");
  const cli = inRoot("node_modules", "@playwright", "test", "cli.js");
  const download = await quietRun(node, [cli, "install", "--only-shell", "chromium"], {
    cwd: ROOT,
    env: process.env,
    still: "Still getting a browser …",
    timeoutSeconds: 300,
  });
  const afterDownload = present();
  if (afterDownload !== undefined) return afterDownload;

  const apt = process.getuid?.() === 0 ? await aptInstall() : { output: "" };
  const afterApt = present();
  if (afterApt !== undefined) return afterApt;
  throw new Refusal(
    `${download.output.trimEnd()}\n${apt.output.trimEnd()}\nNo browser could be found or installed: install Chromium or Chrome, or set CHROME_PATH to one.`,
  );
};
