import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { isBeingInstalled, whileAloneInstalling } from "./install-lock.mjs";
import { inRoot, Refusal, ROOT, say } from "./paths.mjs";
import { quietRun } from "./quiet-run.mjs";

const packagesOf = (file) => {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages ?? {};
  } catch {
    return {};
  }
};

const RECORD = inRoot("node_modules", ".package-lock.json");
const MARK = inRoot("node_modules", ".keyfold-installed");

// What npm installed it wrote down. Optional packages may be missing.
const isRecorded = () => {
  const wanted = packagesOf(inRoot("package-lock.json"));
  const present = packagesOf(RECORD);
  const missing = Object.entries(wanted).some(
    ([path, entry]) =>
      path !== "" &&
      present[path]?.version !== entry.version &&
      !(present[path] === undefined && (entry.optional || entry.devOptional || entry.peer)),
  );
  const foreign = Object.entries(present).some(
    ([path, entry]) => wanted[path] === undefined && !entry.inBundle,
  );
  return !missing && !foreign && Object.keys(present).length > 0;
};

const recordHash = () => createHash("sha256").update(readFileSync(RECORD)).digest("hex");

const isMarked = () => existsSync(MARK) && readFileSync(MARK, "utf8") === recordHash();

// Whoever ran `npm ci` by hand has no mark yet: then every folder is looked for.
const isThere = () =>
  existsSync(inRoot("node_modules", ".bin")) &&
  Object.keys(packagesOf(RECORD)).every((path) => existsSync(inRoot(path, "package.json")));

const mark = () => writeFileSync(MARK, recordHash());

// npm's record alone is not enough: after an install that was destroyed it may stand there whole, without its packages.
const isInstalled = () => {
  if (!isRecorded()) return false;
  if (isMarked()) return true;
  if (!isThere()) return false;
  mark();
  return true;
};

// Started by npm, the same npm is used; otherwise the one on the PATH.
const npm = () => {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith(".js") && existsSync(cli)) return { program: process.execPath, first: [cli] };
  return { program: process.platform === "win32" ? "npm.cmd" : "npm", first: [] };
};

// `npx keyfold` looks in node_modules/.bin. A "bin" in package.json would make npx install the whole project again.
const linkCommand = () => {
  const link = inRoot("node_modules", ".bin", "keyfold");
  const target = "../../bin/keyfold.mjs";
  const present = lstatSync(link, { throwIfNoEntry: false });
  if (present?.isSymbolicLink() && readlinkSync(link) === target) return;
  try {
    rmSync(link, { force: true });
    symlinkSync(target, link);
  } catch {
    say("The command `npx keyfold` could not be set up; `node bin/keyfold.mjs` does the same.");
  }
};

const install = async () => {
  // Somebody else may have finished it just before this process got its turn.
  if (isInstalled()) return;
  say("Installing packages (about a minute the first time) …");
  rmSync(MARK, { force: true });
  const { program, first } = npm();
  const ci = [...first, "ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund"];
  const run = (...more) =>
    quietRun(program, [...ci, ...more], {
      cwd: ROOT,
      env: process.env,
      still: "Still installing packages …",
    });
  // What npm has kept is not asked for again. It may be older than package-lock.json: then everything is asked for.
  const fromCache = await run("--prefer-offline");
  const { ok, output } = fromCache.ok ? fromCache : await run();
  if (!ok)
    throw new Refusal(`${output.trimEnd()}\nThe packages could not be installed (npm ci failed, see above).`);
  mark();
};

/** Installs the packages when they are not those of package-lock.json. */
export const ensureInstalled = async () => {
  if (isBeingInstalled() || !isInstalled()) await whileAloneInstalling(install);
  linkCommand();
};
