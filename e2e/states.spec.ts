import { renameSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { readInstance } from "#cli/supervise/instance-file.ts";
import { expect, test } from "./fixtures.ts";
import { expectAccessible } from "./support/accessible.ts";
import { withoutTable } from "./support/break-table.ts";
import { keyfold } from "./support/keyfold.ts";
import { uniqueSlug } from "./support/seed.ts";

const AWAY_WITHIN_MS = 20_000;
const EMPTY = uniqueSlug("quarry");

test.beforeAll(() => keyfold("tenant", "create", EMPTY, "--name", "Quarry Retail"));

test("a fresh tenant says on every page what comes first", async ({ page }) => {
  await page.goto(`/t/${EMPTY}`);
  await expect(page.getByText("No keys yet")).toBeVisible();
  await expect(page.getByText("None yet. A rotation leaves old data where it is")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("link", { name: "Keys", exact: true }).click();
  await expect(page.getByText("No keys yet")).toBeVisible();
  await page.getByRole("link", { name: "Service tokens" }).click();
  await expect(page.getByText("No service tokens yet")).toBeVisible();
  await expect(page.getByRole("button", { name: "Create token" })).toBeVisible();
});

test("a slug that is taken, and a key name that is none, are said beside the field", async ({ page }) => {
  await page.goto("/tenants/new");
  await page.getByLabel("Name").fill("Quarry again");
  await page.getByLabel("Slug").fill(EMPTY);
  await page.getByRole("button", { name: "Create tenant" }).click();
  await expect(page.locator("p[role=alert]")).toContainText(`The tenant ${EMPTY} is there already.`);
  await expect(page.getByText("Slug is taken; choose another.")).toBeVisible();
  await expect(page.getByLabel("Slug")).toHaveValue(EMPTY);

  await page.goto(`/t/${EMPTY}/keys/new`);
  await page.getByLabel("Name").fill("No Spaces");
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(page.getByLabel("Name")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Name")).toHaveValue("No Spaces");
});

const MISSING = [
  "/t/nobody",
  "/t/nobody/keys",
  `/t/${EMPTY}/keys/nothing`,
  "/jobs/0190f3a0-b2c4-7def-8123-456789abcdef",
  "/jobs/no-id",
  "/audit/0190f3a0-b2c4-7def-8123-456789abcdef",
  "/no/such/page",
];

test("what does not exist is a 404 inside of the console", async ({ page, watch }) => {
  watch.allow(/404/);
  for (const path of MISSING) {
    const response = await page.goto(path);
    expect(response?.status(), path).toBe(404);
    await expect(page.getByRole("heading", { level: 1, name: "There is nothing here" })).toBeVisible();
    await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
    await expect(page.getByRole("main")).toHaveCount(1);
  }
  await expectAccessible(page);
});

test("a part that cannot be read says so, keeps the rest, and is read again", async ({ page, watch }) => {
  watch.allow(/503|api\/audit/);
  await page.goto("/audit");
  await page.route("**/api/audit/*", (route) =>
    route.fulfill({
      status: 503,
      json: { error: { code: "UNAVAILABLE", message: "", request_id: "req_0" } },
    }),
  );
  await page.locator("tbody button[aria-expanded]").first().click();
  await expect(page.getByText("The event could not be read.")).toBeVisible();
  await expect(page.getByText("UNAVAILABLE")).toBeVisible();
  await page.getByRole("button", { name: "Copy request id req_0" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("req_0");
  await page.unroute("**/api/audit/*");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("Leaf hash")).toBeVisible();
});

test("a page that fails says so inside of the console, with a reference; a region fails alone", {
  tag: "@alone",
}, async ({ page, watch }) => {
  watch.allow(/500|React error/);
  await withoutTable("rewrap_job", async () => {
    await page.goto("/");
    await expect(page.getByText("The rewraps could not be read").filter({ visible: true })).toBeVisible();
    await expect(page.getByText("healthy")).toBeVisible();
    const response = await page.goto("/jobs");
    expect(response?.status()).toBe(500);
    await expect(page.getByRole("heading", { level: 1, name: "This page could not be shown" })).toBeVisible();
    await expect(page.getByRole("button", { name: /^Copy reference req_/ })).toBeVisible();
    await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
    await expectAccessible(page);
  });
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Rewrap jobs" })).toBeVisible();
});

test("a page that nobody touches stops asking, so that its session can end, and asks again when touched", async ({
  page,
}) => {
  let asked = 0;
  page.on("request", (request) => {
    if (request.url().endsWith("/api/keeper")) asked += 1;
  });
  await page.clock.install();
  await page.goto("/tenants");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const later = async (): Promise<number> => {
    await page.clock.runFor(5_000);
    return asked;
  };
  await expect.poll(later).toBeGreaterThan(2);
  await page.clock.fastForward(16 * 60_000);
  // The last question may still be under way when the page falls silent.
  await expect.poll(async () => (await later()) === (await later())).toBe(true);
  const before = asked;
  for (let times = 0; times < 6; times += 1) expect(await later()).toBe(before);
  const again = page.waitForRequest("**/api/keeper");
  await page.mouse.move(400, 400);
  await again;
});

const banner = (page: Page) => page.getByText("The keeper is away.");

test("a keeper that is gone is said within 20 s, everything is still read, and its return is seen", {
  tag: "@alone",
}, async ({ page, instance }) => {
  const keeper = readInstance(instance.dataDir)?.pids.keeper;
  if (!keeper) throw new Error("The instance has no keeper.");
  await page.goto(`/t/${EMPTY}`);
  await expect(banner(page)).toHaveCount(0);
  process.kill(keeper, "SIGSTOP");
  try {
    await expect(banner(page)).toBeVisible({ timeout: AWAY_WITHIN_MS });
    await expectAccessible(page);
    for (const path of ["/", "/tenants", `/t/${EMPTY}/tokens`, "/jobs", "/audit"]) {
      await page.goto(path);
      await expect(banner(page)).toBeVisible();
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    }
    await expect(page.locator("tbody button[aria-expanded]").first()).toBeVisible();
    expect((await page.request.get("/health/crypto")).status()).toBe(503);
  } finally {
    process.kill(keeper, "SIGCONT");
  }
  await expect(banner(page)).toBeHidden();
});

test("a platform key that does not work is said on every page until it works again", {
  tag: "@alone",
}, async ({ page, instance }) => {
  const files = join(instance.dataDir, "kms");
  const broken = page.getByText("The platform key does not work.");
  await page.goto("/");
  await expect(broken).toHaveCount(0);
  renameSync(files, `${files}-away`);
  try {
    await expect(broken).toBeVisible({ timeout: AWAY_WITHIN_MS });
    await expectAccessible(page);
    await page.goto(`/t/${EMPTY}/keys`);
    await expect(broken).toBeVisible();
    const health = await page.request.get("/health/crypto");
    expect(health.status()).toBe(503);
    expect(await health.json()).toMatchObject({ status: "unhealthy", provider: "local" });
  } finally {
    renameSync(`${files}-away`, files);
  }
  await expect(broken).toBeHidden({ timeout: AWAY_WITHIN_MS });
});
