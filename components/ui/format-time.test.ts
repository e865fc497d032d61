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
