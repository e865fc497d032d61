import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A project of one package that npm installs without a network, begun by a copy of `bin/`. */
export const makeProject = (): { root: string; at(...parts: string[]): string; remove(): void } => {
  const root = mkdtempSync(join(tmpdir(), "keyfold-bin-"));
  const at = (...parts: string[]) => join(root, ...parts);
  cpSync(dirname(import.meta.dirname), at("bin"), { recursive: true });
  const dependencies = { thing: "file:thing" };
  const own = { name: "project", version: "1.0.0", dependencies };
  const thing = { name: "thing", version: "1.0.0", bin: { thing: "thing.js" } };
  mkdirSync(at("thing"));
  writeFileSync(at("thing", "thing.js"), "#!/usr/bin/env node\n");
  writeFileSync(at("thing", "package.json"), JSON.stringify(thing));
  writeFileSync(at("package.json"), JSON.stringify(own));
  writeFileSync(
    at("package-lock.json"),
    JSON.stringify({
      name: "project",
      version: "1.0.0",
      lockfileVersion: 3,
      requires: true,
      packages: {
        "": own,
        "node_modules/thing": { resolved: "thing", link: true },
        thing: { version: "1.0.0", bin: { thing: "thing.js" } },
      },
    }),
  );
  writeFileSync(at("script.mjs"), 'process.stdout.write("ran");\n');
  return { root, at, remove: () => rmSync(root, { recursive: true, force: true }) };
};

export type Ran = { code: number | null; out: string; err: string };

/** Runs one of the programs of a project's `bin/`. */
export const runIn = (root: string, program: string, ...parameters: string[]): Promise<Ran> =>
  runInWith({}, root, program, ...parameters);

/** The same with something in its environment. */
export const runInWith = (
  env: Record<string, string>,
  root: string,
  program: string,
  ...parameters: string[]
): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, "bin", program), ...parameters], {
      cwd: root,
      env: { ...process.env, ...env },
    });
    const ran: Ran = { code: null, out: "", err: "" };
    child.stdout.on("data", (chunk) => (ran.out += chunk));
    child.stderr.on("data", (chunk) => (ran.err += chunk));
    child.once("error", reject);
    child.once("close", (code) => resolve({ ...ran, code }));
  });
