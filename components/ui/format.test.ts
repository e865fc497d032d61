import { expect, test } from "vitest";
import { formatCount, formatDuration, formatEtaRange, formatPercent, formatRate, plural } from "./format.ts";

test("counts have separators and their noun agrees", () => {
  expect(formatCount(1_840_000)).toBe("1,840,000");
  expect(plural(1, "key")).toBe("1 key");
  expect(plural(1200, "key")).toBe("1,200 keys");
});

test("100 % is said only when all is done", () => {
  expect(formatPercent(999_999, 1_000_000)).toBe("99 %");
  expect(formatPercent(1_000_000, 1_000_000)).toBe("100 %");
  expect(formatPercent(0, 5)).toBe("0 %");
  expect(formatPercent(0, 0)).toBe("–");
});

test("a slow rate keeps a decimal", () => {
  expect(formatRate(940.4)).toBe("940/s");
  expect(formatRate(2.34)).toBe("2.3/s");
  expect(formatRate(null)).toBe("–");
});

test("durations use at most two units", () => {
  expect(formatDuration(45)).toBe("45s");
  expect(formatDuration(1162)).toBe("19m 22s");
  expect(formatDuration(3 * 3600 + 300)).toBe("3h 5m");
  expect(formatDuration(2 * 86_400 + 4 * 3600)).toBe("2d 4h");
});

test("the time left is a range around the estimate", () => {
  expect(formatEtaRange(1162)).toBe("17m to 22m");
  expect(formatEtaRange(4)).toBe("under 10s");
  expect(formatEtaRange(60)).toBe("50s to 1m 10s");
  expect(formatEtaRange(null)).toBe("–");
});
