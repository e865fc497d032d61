import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { expectAccessible } from "./support/accessible.ts";
import { keyfold } from "./support/keyfold.ts";
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
const box = (page: Page) => page.getByRole("textbox", { name: "Query" });
const search = async (page: Page, query: string): Promise<void> => {
  await box(page).fill(query);
  await page.getByRole("button", { name: "Search" }).click();
};
const facet = (page: Page, title: string, value: string) =>
  page.getByRole("region", { name: title }).getByRole("button", { name: new RegExp(`^${value}, `) });
const caption = (page: Page) => page.getByTestId("timeline-caption");

test.beforeAll(() => seedTenant(TENANT, "Halcyon Bank"));

test("the query is the truth: the box, the facets and the address say the same", async ({
  page,
  instance,
}) => {
  await page.goto("/audit");
  await search(page, `action:key.* tenant:${TENANT}`);
  await expect(page).toHaveURL(`/audit?q=action:key.*+tenant:${TENANT}`);
  await expect(rows(page)).toHaveCount(2);
  expect(await column(page, 3)).toEqual(["key.created", "key.creation_requested"]);
  await expect(caption(page)).toHaveText("2 events");
  await page.reload();
  await expect(box(page)).toHaveValue(`action:key.* tenant:${TENANT}`);

  await facet(page, "Outcome", "ok").click();
  await expect(page).toHaveURL(/\+outcome:ok/);
  await expect(box(page)).toHaveValue(`action:key.* tenant:${TENANT} outcome:ok`);
  await expect(facet(page, "Outcome", "ok")).toHaveAttribute("aria-pressed", "true");
  await facet(page, "Outcome", "ok").click({ modifiers: ["Alt"] });
  await expect(box(page)).toHaveValue(`action:key.* tenant:${TENANT} -outcome:ok`);
  await expect(page.getByText("No events match")).toBeVisible();
  await page.goBack();
  await expect(box(page)).toHaveValue(`action:key.* tenant:${TENANT} outcome:ok`);
  await expect(rows(page)).toHaveCount(2);
  await facet(page, "Outcome", "ok").click();
  await expect(box(page)).toHaveValue(`action:key.* tenant:${TENANT}`);
  await facet(page, "Action", "key.created").click();
  await expect(rows(page)).toHaveCount(2);

  await search(page, `actor:${instance.admin.email} -action:audit.exported`);
  await expect(page).toHaveURL(/q=actor:/);
  await expect(facet(page, "Actor", instance.admin.email)).toHaveAttribute("aria-pressed", "true");
  expect(new Set(await column(page, 6))).toEqual(new Set([instance.admin.email]));
  await search(page, `"halcyon" tenant.created tenant:${TENANT}`);
  await expect(rows(page)).toHaveCount(1);
  await expectAccessible(page);
});

test("a step back leads to a question with its answer, never to one that was not answered", async ({
  page,
}) => {
  await page.goto(`/audit?q=action:key.*+tenant:${TENANT}`);
  await expect(rows(page)).toHaveCount(2);
  let held: (() => void) | undefined;
  const answered = new Promise<void>((resolve) => {
    held = resolve;
  });
  await page.route(/-outcome:ok/, async (route) => {
    await answered;
    await route.continue().catch(() => {});
  });
  await search(page, `tenant:${TENANT} -outcome:ok`);
  await expect(facet(page, "Outcome", "ok")).toHaveAttribute("aria-pressed", "true");
  await facet(page, "Outcome", "ok").click();
  await expect(box(page)).toHaveValue(`tenant:${TENANT}`);
  await expect(rows(page)).not.toHaveCount(2);
  held?.();
  await page.goBack();
  await expect(page).toHaveURL(`/audit?q=action:key.*+tenant:${TENANT}`);
  await expect(box(page)).toHaveValue(`action:key.* tenant:${TENANT}`);
  await expect(rows(page)).toHaveCount(2);
});

test("a view is a query with a name: saved, opened, removed", async ({ page }) => {
  const name = `Keys of ${TENANT}`;
  const menu = page.getByRole("button", { name: "Views" });
  await page.goto(`/audit?q=action:key.*+tenant:${TENANT}&from=2020-01-01`);
  await menu.click();
  await page.getByRole("menuitem", { name: "Save this view" }).click();
  await page.getByRole("button", { name: "Save view" }).click();
  await expect(page.getByText("Name is needed.")).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Save view" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.goto("/audit");
  await menu.click();
  await page.getByRole("menuitem", { name }).click();
  await expect(box(page)).toHaveValue(`action:key.* tenant:${TENANT}`);
  await expect(page).toHaveURL(/from=2020-01-01/);
  await menu.click();
  await page.getByRole("menuitem", { name: "Remove views" }).click();
  await page.getByRole("button", { name: `Remove ${name}` }).click();
  await expect(page.getByText(name)).toHaveCount(0);
});

test("a link of fields is the query that says the same", async ({ page }) => {
  await page.goto(`/audit?tenant=${TENANT}&action=key.created&from=2020-01-01`);
  await expect(box(page)).toHaveValue(`action:key.created tenant:${TENANT}`);
  await expect(page).toHaveURL(/from=2020-01-01/);
  await expect(rows(page)).toHaveCount(1);
});

test("what the query does not understand is said beside it", async ({ page }) => {
  await page.goto("/audit");
  await search(page, "colour:red");
  await expect(
    page.getByText(/^“colour” is not a field of the log\. The fields are actor, action/),
  ).toBeVisible();
  await expect(box(page)).toHaveAttribute("aria-invalid", "true");
  await expect(page).toHaveURL("/audit");
  for (const [query, sentence] of [
    ["tenant:nobody-at-all", "There is no tenant “nobody-at-all”."],
    ["a".repeat(10_000), "The query has 10,000 characters. It takes at most 2,000."],
    ['"', "A quotation mark is not closed."],
  ] as const) {
    await page.goto(`/audit?${new URLSearchParams({ q: query })}`);
    await expect(page.getByText(sentence).first()).toBeVisible();
    await expect(page.getByText("The log could not be searched")).toBeVisible();
  }
  await page.goto("/audit?from=yesterday");
  await expect(page.getByText(/^From, UTC must be a date/)).toBeVisible();
  await expectAccessible(page);
  for (const [query, status] of [
    ["q=colour:red", 400],
    [`q=${"a".repeat(10_000)}`, 400],
    ["format=xml", 400],
    ["q=tenant:nobody", 400],
  ] as const) {
    const answer = await page.request.get(`/api/audit/export?${query}`);
    expect(answer.status(), query).toBe(status);
    expect((await answer.json()).error.code).toBe("INVALID_INPUT");
  }
});

test("the time is chosen by a range, by hand, and by a drag over the bars", async ({ page }) => {
  await page.goto("/audit?to=2020-01-01");
  await expect(page.getByText("No events match")).toBeVisible();
  await page.getByRole("button", { name: "1 h, the last hour" }).click();
  await expect(page).toHaveURL(/\?from=[^&]+$/);
  await expect(rows(page).first()).toBeVisible();
  await expect(caption(page)).toHaveText(/^[\d,]+ events?$/);
  const chart = page.locator("figure > div").first();
  await expect(chart.locator("svg .recharts-bar").first()).toBeAttached();
  const area = await chart.boundingBox();
  if (!area) throw new Error("There are no bars.");
  const middle = area.y + area.height / 2;
  await page.mouse.move(area.x + area.width * 0.5, middle);
  await page.mouse.down();
  await page.mouse.move(area.x + area.width - 2, middle, { steps: 4 });
  await page.mouse.up();
  await expect(page).toHaveURL(/from=.+&to=.+/);
  const chosen = new URL(page.url()).searchParams;
  const minutes = (Date.parse(chosen.get("to") ?? "") - Date.parse(chosen.get("from") ?? "")) / 60_000;
  expect(minutes).toBeGreaterThan(25);
  expect(minutes).toBeLessThan(35);

  await page.getByRole("button", { name: "Custom" }).click();
  await page.getByLabel("From, UTC").fill("2020-02-01");
  await page.getByLabel("To, UTC").fill("2020-01-01");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByText("To, UTC must be later than from.")).toBeVisible();
  await page.getByRole("button", { name: "All time" }).click();
  await expect(page).toHaveURL("/audit");
});

test("a row opens in place and says what changed; its links find what belongs to it", async ({ page }) => {
  await page.goto(`/audit?q=tenant:${TENANT}+action:key.created`);
  await rows(page).first().click();
  const detail = page.locator("tbody td[colspan]");
  await expect(detail.getByText(new RegExp(` of \\d+ in the tree ${TENANT}$`))).toBeVisible();
  await expect(detail.getByText("custody")).toBeVisible();
  await expect(page).toHaveURL(/open=/);
  await page.reload();
  await expect(detail.getByText("custody")).toBeVisible();
  await rows(page).first().click();
  await expect(detail).toHaveCount(0);
  await rows(page).first().click();
  await detail.getByRole("link", { name: "Permalink" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "key.created" })).toBeVisible();
  const entry: unknown = JSON.parse((await page.locator("pre").textContent()) ?? "");
  expect(entry).toMatchObject({ action: "key.created", outcome: "ok", source: "keeper" });
  await expect(page.getByRole("heading", { name: "Beside it in the tree" })).toBeVisible();
  await page.getByRole("button", { name: "Verify this event" }).click();
  await expect(page.getByText("The event is in the tree.").last()).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("link", { name: "Same request" }).click();
  await expect(box(page)).toHaveValue(/^request:req_/);
  await expect(rows(page).first()).toBeVisible();

  await keyfold("key", "rotate", "default", "--tenant", TENANT);
  await page.goto(`/audit?q=tenant:${TENANT}+action:key.rotated`);
  await rows(page).first().click();
  await expect(detail.getByText("was", { exact: false }).first()).toBeAttached();
  await expect(detail.locator("del")).toHaveText("version: 1");
  await expect(detail.locator("ins")).toHaveText("version: 2");
  await expectAccessible(page);
  await detail.getByRole("link", { name: "Same actor ± 5 min" }).click();
  await expect(page).toHaveURL(/q=actor.+from=.+to=/);
  await expect(rows(page).first()).toBeVisible();
});

test("new events are counted while the log is followed, and shown when asked for", async ({
  page,
  watch,
}) => {
  await page.goto("/audit?q=action:audit.exported");
  await expect(page.getByRole("region", { name: "Events" })).toBeVisible();
  await page.getByRole("button", { name: "Live" }).click();
  await expect(page).toHaveURL(/live=true/);
  expect((await page.request.get("/api/audit/export?q=action:crypto.kms_error")).ok()).toBe(true);
  await page.getByRole("button", { name: "1 new event" }).click();
  await expect(page.getByRole("button", { name: /new event/ })).toHaveCount(0);
  expect((await column(page, 3))[0]).toBe("audit.exported");
  watch.allow(/503|api\/audit/);
  await page.route("**/api/audit?*", (route) =>
    route.fulfill({ status: 503, json: { error: { code: "UNAVAILABLE", request_id: "req_0" } } }),
  );
  await expect(page.getByText("The log cannot be followed right now (UNAVAILABLE).")).toBeVisible();
  await expect(page.getByRole("button", { name: "Copy request id req_0" })).toBeVisible();
  await page.getByRole("button", { name: "Live" }).click();
  await expect(page).toHaveURL("/audit?q=action:audit.exported");
});

test("the log comes in pages that neither repeat nor leave out an event", async ({ page }) => {
  for (let times = 0; times < EXPORTS; times += 1) {
    expect((await page.request.get("/api/audit/export?q=action:crypto.kms_error")).ok()).toBe(true);
  }
  await page.goto("/audit?q=action:audit.exported");
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

const exported = async (page: Page, name: string) => {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("menuitem", { name }).click();
  const file = await download;
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), "utf8") };
};

test("an export holds the events of the query, says how many, and is an event itself", async ({ page }) => {
  await page.goto(`/audit?q=tenant:${TENANT}`);
  const shown = await column(page, 3);
  await page.getByRole("button", { name: "Export" }).click();
  await expect(page.getByText(`${shown.length} events. The export is logged.`)).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  const jsonl = await exported(page, "JSON lines, with the exact entries");
  expect(jsonl.name).toMatch(/^keyfold-audit-.*\.jsonl$/);
  expect(jsonl.text.endsWith("\n")).toBe(true);
  const lines = jsonl.text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as ExportLine);
  expect(lines.map(({ entry }) => entry.action)).toEqual(shown);
  expect(new Set(lines.map(({ log }) => log))).toEqual(new Set([TENANT]));
  const csv = await exported(page, "CSV, for a spreadsheet");
  expect(csv.name).toMatch(/\.csv$/);
  expect(csv.text.split("\r\n")).toHaveLength(shown.length + 3);
  await page.reload();
  await expect(rows(page)).toHaveCount(shown.length + 2);
  expect((await column(page, 3)).slice(0, 2)).toEqual(["audit.exported", "audit.exported"]);
});
