import { expect, test } from "./fixtures.ts";
import { keyfold } from "./support/keyfold.ts";
import { seedTenant, uniqueSlug } from "./support/seed.ts";

const TENANT = uniqueSlug("vigil");

test.beforeAll(() => seedTenant(TENANT, "Vigil Trust"));

test("what somebody else did to a key is among its events while its page stays open", async ({ page }) => {
  await page.goto(`/t/${TENANT}/keys/default`);
  const events = page.getByRole("table", { name: "Recent events" });
  await expect(events.getByRole("link", { name: "key.created" })).toBeVisible();
  await keyfold("key", "rotate", "default", "--tenant", TENANT);
  await expect(events.getByRole("link", { name: "key.rotated", exact: true })).toBeVisible();
});
