import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { seedTenant, uniqueSlug } from "./support/seed.ts";

const TENANT = uniqueSlug("halcyon");
const PAGE_ROWS = 50;
const EXPORTS = PAGE_ROWS + 10;

type ExportLine = {
  leaf_index: number | null;
  log: string;
  entry: { id: string; t: string; action: string; outcome: string };
};

const rows = (page: Page) => page.locator("tbody button[aria-expanded]");
const column = (page: Page, number: number) =>
  page.locator(`tbody tr td:nth-child(${number})`).allTextContents();
const search = async (page: Page): Promise<void> => {
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page.getByRole("button", { name: "Search" })).not.toHaveAttribute("aria-busy", "true");
};

test.beforeAll(() => seedTenant(TENANT, "Halcyon Bank"));

test("the log is filtered by action, actor, outcome, tenant and time, and the address keeps it", async ({
  page,
  instance,
}) => {
  await page.goto("/audit");
  await page.getByLabel("Action").fill("key.*");
  await page.getByLabel("Tenant", { exact: true }).selectOption(TENANT);
  await search(page);
  await expect(page).toHaveURL(`/audit?action=key.*&tenant=${TENANT}`);
  await expect(rows(page)).toHaveCount(2);
  expect(await column(page, 2)).toEqual(["key.created", "key.creation_requested"]);
  await page.reload();
  await expect(page.getByLabel("Action")).toHaveValue("key.*");

  await page.getByLabel("Outcome").selectOption("denied");
  await search(page);
  await expect(page.getByText("No events match")).toBeVisible();

  await page.getByRole("link", { name: "Clear" }).click();
  await expect(page).toHaveURL("/audit");
  await page.getByLabel("Actor").fill(instance.admin.email);
  await search(page);
  await expect(page).toHaveURL(/actor=/);
  await expect(rows(page).first()).toBeVisible();
  expect(new Set(await column(page, 5))).toEqual(new Set([instance.admin.email]));

  await page.goto("/audit?to=2020-01-01");
  await expect(page.getByText("No events match")).toBeVisible();
  await page.getByRole("button", { name: "1 h, the last hour" }).click();
  await expect(page).toHaveURL(/from=/);
  await expect(page.getByLabel("To, UTC")).toHaveValue("");
  await expect(rows(page).first()).toBeVisible();
});

test("a filter that is none is said beside its field", async ({ page }) => {
  await page.goto("/audit?action=nonsense&from=yesterday");
  await expect(page.getByText(/^Action is an action such as key\.rotated/)).toBeVisible();
  await expect(page.getByText(/^From, UTC must be a date/)).toBeVisible();
  await expect(page.getByLabel("Action")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByText("The log could not be searched")).toBeVisible();
});

test("a row opens in place, its permalink stands alone, and both say where it is in the tree", async ({
  page,
}) => {
  await page.goto(`/audit?tenant=${TENANT}&action=key.created`);
  await rows(page).first().click();
  const detail = page.locator("tbody td[colspan]");
  await expect(detail.getByText(new RegExp(` of \\d+ in the tree ${TENANT}$`))).toBeVisible();
  await expect(detail.getByText("custody")).toBeVisible();
  await rows(page).first().click();
  await expect(detail).toHaveCount(0);
  await rows(page).first().click();
  await detail.getByRole("link", { name: "Permalink" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "key.created" })).toBeVisible();
  const entry: unknown = JSON.parse((await page.locator("pre").textContent()) ?? "");
  expect(entry).toMatchObject({ action: "key.created", outcome: "ok", source: "keeper" });
  await expect(page.getByRole("heading", { name: "Beside it in the tree" })).toBeVisible();
  await page.getByRole("link", { name: "Same request" }).click();
  await expect(page).toHaveURL(/\/audit\?request=req_/);
  await expect(rows(page).first()).toBeVisible();
});

test("the log comes in pages that neither repeat nor leave out an event", async ({ page }) => {
  for (let times = 0; times < EXPORTS; times += 1) {
    expect((await page.request.get("/api/audit/export?action=crypto.kms_error")).ok()).toBe(true);
  }
  await page.goto("/audit?action=audit.exported");
  await expect(rows(page)).toHaveCount(PAGE_ROWS);
  const seen = await page.locator("tbody button").evaluateAll((all) => all.map((button) => button.ariaLabel));
  await page.getByRole("link", { name: "Older events" }).click();
  await expect(page).toHaveURL(/cursor=/);
  await expect.poll(() => rows(page).count()).toBeLessThan(PAGE_ROWS);
  const times = [...(seen as string[]), ...(await column(page, 1))].map((text) => text.slice(0, 23));
  expect(times.length).toBeGreaterThanOrEqual(EXPORTS);
  expect(times).toEqual(times.toSorted().toReversed());
  await expect(page.getByRole("link", { name: "Older events" })).toHaveCount(0);
});

test("the download holds the events of the query, one line each, and is an event itself", async ({
  page,
}) => {
  await page.goto(`/audit?tenant=${TENANT}`);
  const shown = await column(page, 2);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download JSONL" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^keyfold-audit-.*\.jsonl$/);
  const text = readFileSync(await file.path(), "utf8");
  expect(text.endsWith("\n")).toBe(true);
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as ExportLine);
  expect(lines.map(({ entry }) => entry.action)).toEqual(shown);
  expect(new Set(lines.map(({ log }) => log))).toEqual(new Set([TENANT]));
  await page.reload();
  await expect(rows(page)).toHaveCount(shown.length + 1);
  expect((await column(page, 2))[0]).toBe("audit.exported");
});
