import type { Locator, Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { expectNoSidewaysScroll } from "./support/accessible.ts";
import { keyfold } from "./support/keyfold.ts";
import { uniqueSlug } from "./support/seed.ts";

/** Presses a key until it has moved the focus: the page listens a moment after it is shown. */
const pressUntil = (page: Page, key: string, target: Locator): Promise<void> =>
  expect(async () => {
    await page.keyboard.press(key);
    await expect(target).toBeFocused({ timeout: 500 });
  }).toPass();

test("the first stop of a page leads past the sidebar", async ({ page }) => {
  await page.goto("/tenants");
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to the content" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
});

test("the log is read with keys alone", async ({ page, instance }) => {
  await page.goto("/audit");
  const rows = page.locator("tbody button[aria-expanded]");
  await pressUntil(page, "/", page.getByRole("textbox", { name: "Query" }));
  await page.keyboard.type("action:person.*");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL("/audit?q=action:person.*");
  // The address changes before the rows do.
  await expect(page.locator("tbody tr td:nth-child(3)").filter({ hasNotText: /^person\./ })).toHaveCount(0);
  await rows.first().focus();
  await page.keyboard.press("j");
  await expect(rows.nth(1)).toBeFocused();
  await page.keyboard.press("k");
  await expect(rows.first()).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(rows.first()).toHaveAttribute("aria-expanded", "true");
  await expect(page.getByText("Leaf hash")).toBeVisible();
  await page.keyboard.press("c");
  await expect(page.getByText("Copied the link").first()).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link.startsWith(`${instance.baseUrl}/audit/`)).toBe(true);
  await page.goto(link);
  await expect(page.getByRole("heading", { name: "person.signed_in" })).toBeVisible();
});

test("j goes to the first row from anywhere outside of a field", async ({ page }) => {
  await page.goto("/audit");
  await expect(page.getByRole("table", { name: "Events" })).toBeVisible();
  await pressUntil(page, "j", page.locator("tbody button[aria-expanded]").first());
});

test("a chosen theme is there from the first byte of the next page", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("button", { name: /account menu/ }).press("Enter");
  await page.getByRole("menuitemradio", { name: "Dark" }).press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: /account menu/ })).toBeFocused();
  const response = await page.reload();
  expect(await response?.text()).toMatch(/<html[^>]* data-theme="dark"/);
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe("rgb(19, 20, 18)");
  const missing = await page.request.get("/t/nobody");
  expect(await missing.text()).toContain('<meta name="color-scheme" content="dark"/>');
});

const SHORT = uniqueSlug("n");
const LONG = uniqueSlug("w".repeat(50));

test("names of any length keep the pages in shape", async ({ page }) => {
  const unbroken = "W".repeat(200);
  const words = "A very long customer name ".repeat(8).trim().slice(0, 200);
  await keyfold("tenant", "create", SHORT, "--name", unbroken);
  await keyfold("tenant", "create", LONG, "--name", words);
  await keyfold("key", "create", "k".repeat(63), "--tenant", SHORT);
  const paths = ["/", "/tenants", `/t/${SHORT}`, `/t/${SHORT}/keys`, `/t/${SHORT}/keys/${"k".repeat(63)}`];
  for (const path of [...paths, `/t/${LONG}`, `/t/${SHORT}/keys/new`, "/audit"]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await expectNoSidewaysScroll(page);
    }
  }
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Go to" }).fill(`${SHORT}/`);
  const found = page
    .getByRole("option", { name: "k".repeat(63) })
    .locator("span")
    .first();
  await expect(found).toBeVisible();
  // The end of a name tells one key from the next.
  expect(await found.evaluate((name) => name.scrollWidth <= name.clientWidth)).toBe(true);
});
