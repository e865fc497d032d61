import { expect, SIGNED_OUT, test } from "./fixtures.ts";
import { expectAccessible, expectNoSidewaysScroll } from "./support/accessible.ts";
import { seedOldRecords, seedTenant, startSlowRewrap, uniqueSlug } from "./support/seed.ts";

const TENANT = uniqueSlug("meridian");
let job = "";

test.beforeAll(async () => {
  await seedTenant(TENANT, "Meridian Legal");
  await seedOldRecords(TENANT, 200);
  job = await startSlowRewrap(TENANT);
});

const PAGES = [
  { path: () => "/", heading: "Overview" },
  { path: () => "/tenants", heading: "Tenants" },
  { path: () => "/tenants/new", heading: "Create tenant" },
  { path: () => `/t/${TENANT}`, heading: "Meridian Legal" },
  { path: () => `/t/${TENANT}/keys`, heading: "Meridian Legal" },
  { path: () => `/t/${TENANT}/keys/new`, heading: "Create key" },
  { path: () => `/t/${TENANT}/keys/default`, heading: `${TENANT}/default` },
  { path: () => `/t/${TENANT}/tokens`, heading: "Meridian Legal" },
  { path: () => "/jobs", heading: "Rewrap jobs" },
  { path: () => `/jobs/${job}`, heading: `Rewrap of ${TENANT}/default` },
  { path: () => `/audit?tenant=${TENANT}`, heading: "Audit log" },
];

test("every page is accessible in both themes, has its title, and fits a phone", async ({ page }) => {
  for (const { path, heading } of PAGES) {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(path());
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(heading);
    await expect(page).toHaveTitle(/. · Keyfold$/);
    await expectAccessible(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await expectNoSidewaysScroll(page);
  }
});

test("dialogs, menus, open rows and errors are accessible too", async ({ page }) => {
  await page.goto(`/t/${TENANT}/keys/default`);
  await page.getByRole("button", { name: "Rotate key" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /account menu/ }).click();
  await expect(page.getByRole("menu")).toBeVisible();
  await expectAccessible(page);

  await page.goto(`/t/${TENANT}/tokens`);
  await page.getByRole("button", { name: "Create token" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await expectAccessible(page);

  await page.goto(`/audit?tenant=${TENANT}`);
  await page.locator("tbody button[aria-expanded]").first().click();
  await expect(page.getByText("Leaf hash")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("link", { name: "Permalink" }).click();
  await expect(page.getByRole("heading", { name: "As it was logged" })).toBeVisible();
  await expectAccessible(page);

  await page.goto("/tenants/new");
  await page.getByRole("button", { name: "Create tenant" }).click();
  await expect(page.getByText("Name needs at least 1 character.")).toBeVisible();
  await expectAccessible(page);
});

test("the menu of a phone is accessible and leads on", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/");
  await page.getByRole("button", { name: "Open the menu" }).click();
  await expect(page.getByRole("dialog", { name: "Menu" })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("dialog").locator(`a[href="/t/${TENANT}"]`).click();
  await expect(page.getByRole("heading", { name: "Meridian Legal" })).toBeVisible();
  await expect(page.getByRole("dialog", { name: "Menu" })).toBeHidden();
  await page.getByRole("link", { name: "default", exact: true }).click();
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
  await expectNoSidewaysScroll(page);
});

test.describe("signed out", () => {
  test.use({ storageState: SIGNED_OUT });

  test("the sign-in page is accessible, empty and with an error", async ({ page, watch }) => {
    watch.allow(/api\/auth\/callback\/credentials/);
    await page.goto("/sign-in");
    await expectAccessible(page);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.locator("p[role=alert]")).toHaveText("Enter your e-mail address and your password.");
    await expectAccessible(page);
  });
});
