import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runNamed } from "./run-named.ts";

const ROOT = join(import.meta.dirname, "..");

describe.each([
  ["bench/main.ts", ["rewrap", "foreground", "crypto", "http", "audit", "lighthouse"]],
  ["faults/main.ts", ["kill-rewrap", "restart-database", "exhaust-connections", "fill-disk", "kms"]],
])("%s", (tool, names) => {
  it("says what it can run", () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, tool), "--help"], {
      encoding: "utf8",
    });
    expect([status, stdout]).toEqual([0, ""]);
    for (const name of names) expect(stderr).toMatch(new RegExp(`^ {2}${name}( |$)`, "m"));
  }, 60_000);
});

describe("a command line", () => {
  let printed: string[] = [];
  let said: string[] = [];
  beforeEach(() => {
    [printed, said] = [[], []];
    vi.spyOn(console, "log").mockImplementation((line: string) => void printed.push(line));
    vi.spyOn(console, "error").mockImplementation((line: string) => void said.push(line));
  });
  afterEach(() => vi.restoreAllMocks());

  const tool = {
    usage: "how it is used",
    numbers: ["rows"] as const,
    runs: {
      count: async ({ rows = 3 }: { rows?: number }) => ({ result: { rows } }),
      fail: async () => ({ result: { lost: 1 }, problems: ["one was lost"] }),
      break: async () => Promise.reject(new Error("broken")),
    },
  };

  it.each([
    [["count", "--json"], '{"rows":3}'],
    [["--rows", "5", "count"], '{"rows":5}'],
  ])("%j prints the result and nothing else", async (parameters, result) => {
    expect(await runNamed(tool, parameters)).toBe(0);
    expect([printed, said]).toEqual([[result], []]);
  });

  it("ends with 1 when there is a problem, and prints the result all the same", async () => {
    expect(await runNamed(tool, ["fail"])).toBe(1);
    expect([printed, said]).toEqual([['{"lost":1}'], ["FAILED: one was lost"]]);
  });

  it("ends with 1 when a run breaks, and prints no result", async () => {
    expect(await runNamed(tool, ["break"])).toBe(1);
    expect(printed).toEqual([]);
    expect(String(said[0])).toContain("broken");
  });

  it.each([
    [[], "how it is used"],
    [["nothing-of-the-kind"], "how it is used"],
    [["toString"], "how it is used"],
    [["count", "more"], "how it is used"],
    [["count", "--nonsense"], "--nonsense"],
    [["count", "--rows"], "--rows"],
    ...["0", "-1", "1.5", "ten", ""].map((text) => [
      ["count", `--rows=${text}`],
      "--rows takes a whole number of at least 1.",
    ]),
  ] as [string[], string][])("%j is refused", async (parameters, sentence) => {
    expect(await runNamed(tool, parameters)).toBe(2);
    expect(printed).toEqual([]);
    expect(said.join("\n")).toContain(sentence);
  });
});
