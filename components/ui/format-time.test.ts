import { expect, test } from "vitest";
import { formatRelative, formatUtc, formatUtcDate, formatUtcMillis } from "./format-time.ts";

const now = "2026-11-21T23:59:00.000Z";

test("absolute times are UTC whatever the zone they came in", () => {
  expect(formatUtc("2026-11-22T01:53:58.656+02:00")).toBe("2026-11-21 23:53:58 UTC");
  expect(formatUtcMillis("2026-11-21T23:53:58.656Z")).toBe("2026-11-21 23:53:58.656");
  expect(formatUtcDate(now)).toBe("2026-11-21");
});

test("relative times take the largest whole unit", () => {
  expect(formatRelative("2026-11-21T23:58:46.000Z", now)).toBe("14 s ago");
  expect(formatRelative("2026-11-21T22:00:00.000Z", now)).toBe("1 h ago");
  expect(formatRelative("2026-11-24T23:59:00.000Z", now)).toBe("in 3 d");
  expect(formatRelative(now, now)).toBe("now");
});

test("what was made a minute ago for 365 days has 365 left", () => {
  expect(formatRelative("2027-11-21T23:58:00.000Z", now)).toBe("in 365 d");
  expect(formatRelative("2027-11-21T23:59:00.000Z", now)).toBe("in 365 d");
  expect(formatRelative("2027-02-19T21:00:00.000Z", now)).toBe("in 90 d");
  expect(formatRelative("2028-11-21T00:00:00.000Z", now)).toBe("in 2 y");
  expect(formatRelative("2026-11-20T00:59:00.000Z", now)).toBe("1 d ago");
});
