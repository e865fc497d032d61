import { execFileSync } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { inRoot, Refusal, say } from "./paths.mjs";

/** Older releases of Node 24 lack security fixes. */
const ADVISED = [24, 22, 1];

const numbers = (version) => version.replace(/^v/, "").split(".").map(Number);

const isAtLeast = (version, wanted) => {
  const have = numbers(version);
  for (let i = 0; i < wanted.length; i += 1) {
    if (have[i] !== wanted[i]) return (have[i] ?? 0) > wanted[i];
  }
  return true;
};

// Asking the program itself costs a process: every command trusts the package, a start makes sure.
const bundled = (verify) => {
  const path = inRoot("node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  try {
    accessSync(path, constants.X_OK);
    if (verify) return { path, version: execFileSync(path, ["--version"], { encoding: "utf8" }).trim() };
    const { version } = JSON.parse(readFileSync(inRoot("node_modules", "node", "package.json"), "utf8"));
    return { path, version: `v${version}` };
  } catch {
    return undefined;
  }
};

/**
 * The Node 24 that everything but this folder runs on: the bundled one, or the host's when that is an advised Node 24
 * or there is no bundled one.
 */
export const findNode24 = ({ starts = false } = {}) => {
  const host = { path: process.execPath, version: process.version };
  const hostIsAdvised = numbers(host.version)[0] === 24 && isAtLeast(host.version, ADVISED);
  const found = hostIsAdvised ? host : (bundled(starts) ?? host);
  if (!isAtLeast(found.version, [24])) {
    throw new Refusal(
      `The Node 24 that Keyfold brings is not in node_modules, and ${found.version} is too old for it: run npm ci, or install Node 24 from https://nodejs.org.`,
    );
  }
  if (starts && !isAtLeast(found.version, ADVISED)) {
    const [have, wanted] = [found.version.slice(1), ADVISED.join(".")];
    say(
      found === host
        ? `Your Node ${have} lacks security fixes: start Keyfold with Node ${wanted} or newer.`
        : `Keyfold runs on Node ${have}, which it brings and which lacks the security fixes of ${wanted}. If you have Node 24 in that version or newer, start Keyfold with it.`,
    );
  }
  return found.path;
};

// next-auth and the type stripping warn of things that an operator can do nothing about.
const COMMON = [
  "--disable-warning=DEP0169",
  "--disable-warning=ExperimentalWarning",
  `--import=${new URL("resolve-drizzle.mjs", import.meta.url).href}`,
];

// On a machine with much memory Node lets young garbage grow to 150 MB in each process before it looks.
const youngMegabytes = (size) => `--max-semi-space-size=${size}`;

export const NODE_FLAGS = [...COMMON, youngMegabytes(8)];
/** A command waits for the database and not for its own garbage: a third less memory. */
export const COMMAND_FLAGS = [...COMMON, youngMegabytes(1)];
