import { expect, test } from "./fixtures.ts";
import { expectAccessible, expectNoSidewaysScroll, expectTablesFit } from "./support/accessible.ts";
import { keyfold } from "./support/keyfold.ts";
import { seedOldRecords, seedTenant, startSlowRewrap, uniqueSlug } from "./support/seed.ts";

const TENANT = uniqueSlug("pocket");
const KEY = `/t/${TENANT}/keys/default`;
let job: string | null = null;

test.use({ viewport: { width: 390, height: 844 } });
test.beforeAll(async () => {
  await seedTenant(TENANT, "Pocket Mutual");
  await seedOldRecords(TENANT, 20);
  await keyfold("token", "create", "--tenant", TENANT, "--scope", "crypto:use", "--rate-limit", "500");
  job = await startSlowRewrap(TENANT);
  await keyfold("rewrap", "pause", job);
});
test.afterAll(() => job && keyfold("rewrap", "cancel", job));

test("on a phone no table scrolls sideways: each row says in lines what its columns say", async ({
  page,
}) => {
  const pages = [
    "/",
    "/tenants",
    `/t/${TENANT}`,
    `/t/${TENANT}/keys`,
    KEY,
    `${KEY}/versions/1`,
    `/t/${TENANT}/tokens`,
  ];
  for (const path of [...pages, "/jobs", `/jobs/${job}`, "/audit"]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await page.waitForLoadState("networkidle");
    await expectNoSidewaysScroll(page);
    await expectTablesFit(page);
  }
  await page.locator("tbody button[aria-expanded]").first().click();
  await expect(page.getByText("Leaf hash")).toBeVisible();
  await expectTablesFit(page);
  await expectAccessible(page);

  await page.goto(KEY);
  const versions = page.getByRole("table", { name: "Versions" });
  await expect(versions.getByRole("columnheader")).not.toHaveCount(0);
  const old = versions.getByRole("row", { name: /^v1 / });
  await expect(old.getByRole("cell", { name: /^DEKs \d+$/ })).toBeVisible();
  await expect(old.getByText("Rewrap paused")).toBeVisible();
  await expectAccessible(page);

  await page.goto("/tenants");
  await page.getByRole("link", { name: "Created", exact: true }).click();
  await expect(page).toHaveURL(/order=-created/);
  await expectAccessible(page);
});
