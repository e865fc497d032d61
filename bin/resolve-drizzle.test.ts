import { execFile } from "node:child_process";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const ROOT = dirname(import.meta.dirname);
const HOOK = `--import=${new URL("resolve-drizzle.mjs", import.meta.url).href}`;
const run = promisify(execFile);

const SCRIPT = `
import { createRequire } from "node:module";
const names = ["drizzle-orm", "drizzle-orm/pg-core", "drizzle-orm/postgres-js/session", "drizzle-kit"];
const seen = [];
for (const name of [...names, ...names]) {
  const url = import.meta.resolve(name);
  seen.push(url, createRequire(import.meta.url).resolve(name));
  if (name !== "drizzle-kit") seen.push(Object.keys(await import(name)).length, (await import(url)) === (await import(name)));
}
seen.push(await import("drizzle-orm/none").catch((error) => error.code));
console.log(JSON.stringify(seen));
`;
const loadedWith = async (...flags: string[]): Promise<unknown[]> => {
  const { stdout } = await run(process.execPath, [...flags, "--input-type=module", "--eval", SCRIPT], {
    cwd: ROOT,
  });
  return JSON.parse(stdout);
};

it("finds what Node finds, by import and by require", async () => {
  const [plain, hooked] = await Promise.all([loadedWith(), loadedWith(HOOK)]);
  expect(plain).toContain("ERR_PACKAGE_PATH_NOT_EXPORTED");
  expect(hooked).toEqual(plain);
});
