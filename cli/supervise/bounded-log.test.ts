import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { openLog } from "./bounded-log.ts";

const folder = mkdtempSync(join(tmpdir(), "keyfold-log-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("keeps the newest lines in two files and no more than the bound in each", () => {
  const path = join(folder, "logs", "keeper.log");
  const log = openLog(path, 100);
  for (let n = 0; n < 50; n += 1) log.write(`line ${n} ${"x".repeat(20)}`);
  expect(readdirSync(join(folder, "logs")).sort()).toEqual(["keeper.log", "keeper.log.1"]);
  expect(statSync(path).size).toBeLessThanOrEqual(100);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const kept = readFileSync(`${path}.1`, "utf8") + readFileSync(path, "utf8");
  expect(kept.match(/line \d+/g)?.slice(-3)).toEqual(["line 47", "line 48", "line 49"]);
});

it("goes on where an earlier start ended", () => {
  const path = join(folder, "keeper.log");
  openLog(path, 100).write("a".repeat(60));
  openLog(path, 100).write("b".repeat(60));
  expect(readFileSync(path, "utf8")).toBe(`${"b".repeat(60)}\n`);
});
