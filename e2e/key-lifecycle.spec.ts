import type { Locator, Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { expectAccessible, expectNoSidewaysScroll } from "./support/accessible.ts";
import { type DataPlane, putRecord, readRecord } from "./support/data-plane.ts";
import { keyfold } from "./support/keyfold.ts";
import { seedOldRecords, seedOutside, seedTenant, startSlowRewrap, uniqueSlug } from "./support/seed.ts";

const TENANT = uniqueSlug("lattice");
const KEY = `/t/${TENANT}/keys/default`;
const REASON = "Found in a crash dump that left the house";
let plane: DataPlane;

test.describe.configure({ mode: "serial" });
test.beforeAll(async () => {
  await seedTenant(TENANT, "Lattice Works");
  plane = await seedOldRecords(TENANT, 120);
});

const row = (page: Page, number: number): Locator =>
  page.getByRole("table", { name: "Versions" }).getByRole("row", { name: new RegExp(`^v${number} `) });
const choose = async (page: Page, version: number, act: string): Promise<Locator> => {
  await page.getByRole("button", { name: `Actions of version ${version}` }).click();
  await page.getByRole("menuitem", { name: new RegExp(`^${act}`) }).click();
  return page.getByRole("dialog");
};
const confirm = async (dialog: Locator, act: string): Promise<void> => {
  await dialog.getByRole("button", { name: act }).click();
  await expect(dialog).toBeHidden();
};

test("a key is suspended in the middle of its rewrap, which waits and says for what, and resumed", async ({
  page,
}) => {
  const job = await startSlowRewrap(TENANT);
  await page.goto(KEY);
  const panel = page.locator("section").filter({ has: page.getByRole("heading", { name: /^Rewrap/ }) });
  await expect(panel.getByText("Running", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Suspend key" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("120 records");
  await expect(dialog).toContainText("The rewrap that has not ended waits");
  await expectAccessible(page);
  await confirm(dialog, "Suspend key");
  await expect(page.getByText("No version wraps or unwraps")).toBeVisible();
  await expect(panel.getByText("Waiting: the key is suspended.")).toBeVisible();
  await expectAccessible(page);
  expect((await putRecord(plane, "r-1", "new@example.com")).status).toBe(423);
  await expect(readRecord(plane, "r-1")).rejects.toThrow("KEY_SUSPENDED");

  await page.getByRole("button", { name: "Resume key" }).click();
  await confirm(dialog, "Resume key");
  await expect(panel.getByText("Running", { exact: true })).toBeVisible({ timeout: 30_000 });
  expect(await readRecord(plane, "r-1")).toBe("r-1@example.com");
  await keyfold("rewrap", "cancel", job);
});

test("a version is marked compromised, with its reason and its name typed out", async ({ page }) => {
  await page.goto(KEY);
  const dialog = await choose(page, 2, "Mark compromised");
  await expect(dialog).toContainText("Version 3 is made in the same step");
  await dialog.getByLabel(/^Reason/).fill("because");
  await dialog.getByLabel(/^Type/).fill("nope");
  await dialog.getByRole("button", { name: "Mark compromised" }).click();
  await expect(dialog.getByText("This does not match.")).toBeVisible();
  await dialog.getByLabel(/^Type/).fill(`${TENANT}/default/v2`);
  await dialog.getByRole("button", { name: "Mark compromised" }).click();
  await expect(dialog.getByText("Reason needs at least 12 characters.")).toBeVisible();
  await expectAccessible(page);
  await dialog.getByLabel(/^Reason/).fill(REASON);
  await confirm(dialog, "Mark compromised");
  await expect(row(page, 2)).toContainText("Compromised");
  await expect(row(page, 3)).toContainText("current");
  const events = page.getByRole("table", { name: "Recent events" });
  await expect(events).toContainText("key_version.compromise_requested");
  await expect(events).toContainText("owner@example.com");
  await expectAccessible(page);
});

test("a version is retired only when nothing holds it, and every reason is named", async ({ page }) => {
  await page.goto(KEY);
  const dialog = await choose(page, 1, "Retire");
  await expect(dialog).toContainText(/\d+ DEKs stand under it/);
  await expect(dialog).toContainText("two people have to accept that in writing");
  await expect(dialog.getByRole("button", { name: "Retire version" })).toHaveCount(0);
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await seedOutside(TENANT, 2);
  await keyfold("key", "rotate", "default", "--tenant", TENANT);
  await page.goto(`${KEY}/versions/3`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`${TENANT}/default v3`);
  await expect(page.getByText("2 wraps have left Keyfold under it")).toBeVisible();
  await page.getByRole("button", { name: "Attest that none is left" }).click();
  await expect(dialog).toContainText("can never be decrypted again once the version is retired");
  await expectAccessible(page);
  await dialog.getByLabel(/^Type/).fill(`${TENANT}/default/v3`);
  await dialog.getByLabel(/^Reason/).fill("Both values were thrown away");
  await confirm(dialog, "Attest that none is left");
  await expect(page.getByText(/attested by owner@example\.com .*; 2 wraps written off/)).toBeVisible();
  await expect(page.getByText("Nothing holds it: it may be retired.")).toBeVisible();
  await expect(page.getByRole("table", { name: "Changes of state" })).toContainText("owner@example.com");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Retire" }).click();
  await dialog.getByLabel(/^Reason/).fill("Nothing was ever written under it");
  await dialog.getByLabel(/^Type/).fill(`${TENANT}/default/v3`);
  await expectAccessible(page);
  await confirm(dialog, "Retire version");
  await expect(page.getByText("Its wrapped key is gone from here")).toBeVisible();
  await expect(page.getByRole("button", { name: "Retire" })).toHaveCount(0);
  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoSidewaysScroll(page);
  await page.goto(KEY);
  await expectNoSidewaysScroll(page);
});

test("of two people who act on what they saw, the second is told what the first has done", async ({
  page,
  browser,
  signedIn,
  instance,
}) => {
  const other = await browser.newContext({ baseURL: instance.baseUrl, storageState: signedIn });
  const second = await other.newPage();
  await page.goto(KEY);
  await second.goto(KEY);
  await second.getByRole("button", { name: "Suspend key" }).click();
  // What the second sees stays what it was: their page hears nothing of the first.
  await second.route("**/api/tenants/**", (route) => route.abort());
  await page.getByRole("button", { name: "Suspend key" }).click();
  await confirm(page.getByRole("dialog"), "Suspend key");
  await second.unroute("**/api/tenants/**");
  const dialog = second.getByRole("dialog");
  await dialog.getByRole("button", { name: /^(Suspend|Resume) key$/ }).click();
  await expect(dialog.getByRole("alert")).toContainText("Somebody else changed this key meanwhile");
  await expect(dialog.getByRole("alert")).toContainText("CONFLICT");
  await dialog.getByRole("button", { name: /^Keep it/ }).click();
  await expect(second.getByText("No version wraps or unwraps")).toBeVisible();
  await expect(second.getByRole("button", { name: "Resume key" })).toBeVisible();
  await other.close();
  await page.getByRole("button", { name: "Resume key" }).click();
  await confirm(page.getByRole("dialog"), "Resume key");
});
