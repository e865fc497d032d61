import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { lockDataDir } from "./lock.ts";

const folder = mkdtempSync(join(tmpdir(), "keyfold-lock-"));
const writeLock = (at: string, content: string): void => writeFileSync(join(at, "lock"), content);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a data directory", () => {
  it("is refused, with the holder's pid, while another Keyfold runs on it", () => {
    // Process 1 runs always; its start is not asked about when it is not written down.
    const taken = mkdtempSync(join(folder, "taken-"));
    writeLock(taken, JSON.stringify({ pid: 1, startedAt: null }));
    expect(() => lockDataDir(taken)).toThrow(
      `The data directory ${taken} is in use by another Keyfold (pid 1).`,
    );
  });

  it("is taken over from a process that is gone, and from an earlier process with the same id", () => {
    for (const holder of [
      { pid: 2 ** 22 + 1, startedAt: null },
      { pid: process.pid, startedAt: "1" },
    ]) {
      writeLock(folder, JSON.stringify(holder));
      const release = lockDataDir(folder);
      expect(JSON.parse(readFileSync(join(folder, "lock"), "utf8")).pid).toBe(process.pid);
      release();
    }
  });

  it("stays taken until the last of its holders in this process lets go", () => {
    const first = lockDataDir(folder);
    const second = lockDataDir(folder);
    first();
    first();
    expect(existsSync(join(folder, "lock"))).toBe(true);
    second();
    expect(existsSync(join(folder, "lock"))).toBe(false);
  });
});
