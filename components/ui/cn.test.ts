import { expect, test } from "vitest";
import { cn } from "./cn.ts";

test("a size of ours does not take the colour beside it away", () => {
  expect(cn("text-dense", "text-accent-ink")).toBe("text-dense text-accent-ink");
  expect(cn("text-heading", "text-micro")).toBe("text-micro");
});
