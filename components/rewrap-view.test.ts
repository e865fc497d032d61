import { expect, test } from "vitest";
import { etaIsKnown, rewrapRoute } from "./rewrap-view.ts";

test("the route names the versions, or a span of many", () => {
  expect(rewrapRoute({ target_version: 3, from_versions: [2, 1] })).toBe("v1, v2 to v3");
  expect(rewrapRoute({ target_version: 9, from_versions: [1, 2, 3, 8] })).toBe("v1–v8 to v9");
  expect(rewrapRoute({ target_version: 2 })).toBe("to v2");
});

test("an estimate is shown only after 30 s of data", () => {
  const job = { started_at: "2026-11-21T23:00:00.000Z", eta_seconds: 100 };
  expect(etaIsKnown(job, "2026-11-21T23:00:29.000Z")).toBe(false);
  expect(etaIsKnown(job, "2026-11-21T23:00:30.000Z")).toBe(true);
  expect(etaIsKnown({ ...job, eta_seconds: null }, "2026-11-21T23:10:00.000Z")).toBe(false);
});
