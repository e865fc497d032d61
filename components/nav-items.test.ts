import { expect, test } from "vitest";
import { isCurrent } from "./nav-items.ts";

test("a page marks the entry that it is below, and the overview only itself", () => {
  expect(isCurrent("/jobs/1", "/jobs")).toBe(true);
  expect(isCurrent("/jobsite", "/jobs")).toBe(false);
  expect(isCurrent("/t/acme/keys", "/t/acme")).toBe(true);
  expect(isCurrent("/t/acme-2", "/t/acme")).toBe(false);
  expect(isCurrent("/audit", "/")).toBe(false);
});
