import { existsSync, lstatSync, readFileSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { inRoot, Refusal, ROOT, say } from "./paths.mjs";
import { quietRun } from "./quiet-run.mjs";

const packagesOf = (file) => {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages ?? {};
  } catch {
    return {};
  }
};

// What npm installed it wrote down; an install that was cut short wrote nothing. Optional packages may be missing.
const isInstalled = () => {
  const wanted = packagesOf(inRoot("package-lock.json"));
  const present = packagesOf(inRoot("node_modules", ".package-lock.json"));
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

/** Installs the packages when they are not those of package-lock.json. */
export const ensureInstalled = async () => {
  if (!isInstalled()) {
    say("Installing packages (about a minute the first time) …");
    const { program, first } = npm();
    const { ok, output } = await quietRun(
      program,
      [...first, "ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund"],
      { cwd: ROOT, env: process.env, still: "Still installing packages …" },
    );
    if (!ok)
      throw new Refusal(
        `${output.trimEnd()}\nThe packages could not be installed (npm ci failed, see above).`,
      );
  }
  linkCommand();
};
