import type { Locator, Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { readAllBack, startApplication } from "./support/application.ts";
import { type DataPlane, loadRecords } from "./support/data-plane.ts";
import { keyfoldJson } from "./support/keyfold.ts";
import { uniqueSlug } from "./support/seed.ts";

const RECORDS = 2_400;
const MAX_RATE = 200;
const TENANT = uniqueSlug("northwind");

const count = (text: string | null): number => Number((text ?? "").replaceAll(",", ""));

/** The row of a version in the table of versions: its state and how many DEKs stand under it. */
const versionRow = (page: Page, number: number): Locator =>
  page.getByRole("table", { name: "Versions" }).getByRole("row", { name: new RegExp(`^v${number} `) });
const deksOn = async (page: Page, number: number): Promise<number> =>
  count(await versionRow(page, number).getByRole("cell").nth(2).textContent());

const processed = async (panel: Locator): Promise<number> =>
  count(await panel.getByRole("progressbar").getAttribute("value"));

const createTenantAndKey = async (page: Page): Promise<void> => {
  await page.goto("/tenants");
  await page.getByRole("link", { name: "Create tenant" }).first().click();
  await expect(page).toHaveURL("/tenants/new");
  await page.getByLabel("Name").fill("Northwind");
  await expect(page.getByLabel("Slug")).toHaveValue("northwind");
  await page.getByLabel("Slug").fill(TENANT);
  await page.getByRole("button", { name: "Create tenant" }).click();
  await expect(page).toHaveURL(`/t/${TENANT}`);
  await page.getByRole("main").getByRole("link", { name: "Create key" }).click();
  await expect(page.getByLabel("Name")).toHaveValue("default");
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(page).toHaveURL(`/t/${TENANT}/keys/default`);
  await expect(versionRow(page, 1)).toContainText("current");
  await expect(versionRow(page, 1)).toContainText("Active");
  await page.getByRole("link", { name: "What comes next for Northwind" }).click();
  await expect(page).toHaveURL(`/t/${TENANT}`);
};

const createToken = async (page: Page): Promise<string> => {
  await expect(page.getByRole("heading", { name: "Write the first record" })).toBeVisible();
  await page.getByRole("main").getByRole("link", { name: "Create token" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Create token" }).click();
  const shown = dialog.getByRole("button", { name: /^Copy token/ });
  await shown.click();
  const token = (await shown.textContent()) ?? "";
  expect(token).toMatch(/^kf_live_/);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(token);
  await dialog.getByRole("button", { name: /^Copy Requests with the token/ }).click();
  const request = await page.evaluate(() => navigator.clipboard.readText());
  expect(request).toContain(`export KEYFOLD_TOKEN=${token}\n`);
  expect(request).toContain(`/v1/tenants/${TENANT}/records/customers/42`);
  await dialog.getByRole("button", { name: "I have copied it" }).click();
  await expect(page.getByText(token)).toHaveCount(0);
  await expect(page).toHaveURL(`/t/${TENANT}/tokens`);
  await expect(page.getByRole("table", { name: "Service tokens" }).getByText("active")).toBeVisible();
  return token;
};

test("a key is rotated and its data rewrapped while an application reads and writes", async ({ page }) => {
  // Beside an application a rewrap takes what is left, which on a busy machine is little.
  test.setTimeout(300_000);
  await createTenantAndKey(page);
  const plane: DataPlane = { tenant: TENANT, token: await createToken(page) };
  const values = new Map(
    Array.from({ length: RECORDS }, (_, number) => [`c-${number}`, `c-${number}@example.com`]),
  );
  await loadRecords(plane, values);

  await page.goto(`/t/${TENANT}/keys/default`);
  await expect.poll(() => deksOn(page, 1)).toBe(RECORDS);
  const application = startApplication(plane, values);

  await test.step("rotate: version 2 becomes current, the data stays on version 1", async () => {
    await page.getByRole("button", { name: "Rotate key" }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog).toContainText("2,400 DEKs");
    await dialog.getByRole("button", { name: "Rotate key" }).click();
    await expect(dialog).toBeHidden();
    await expect(versionRow(page, 2)).toContainText("current");
    await expect(versionRow(page, 2)).toContainText("Active");
    await expect(versionRow(page, 1)).toContainText("Deactivated");
    expect(await deksOn(page, 1)).toBeGreaterThan(RECORDS / 2);
  });

  const panel = page.locator("section").filter({ has: page.getByRole("heading", { name: /^Rewrap/ }) });
  await test.step("rewrap: it moves before one's eyes", async () => {
    await page.getByRole("button", { name: "Rewrap old DEKs" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("At most, DEKs per second").fill(String(MAX_RATE));
    await dialog.getByRole("button", { name: "Start rewrap" }).click();
    await expect(dialog).toBeHidden();
    await expect(panel.getByText("Running", { exact: true })).toBeVisible();
    await expect.poll(() => processed(panel)).toBeGreaterThan(MAX_RATE);
    await expect(versionRow(page, 1)).toContainText("Rewrapping");
    await expect(
      page.getByRole("img", { name: /^Key default, 2 versions: .*to be moved to v2/ }),
    ).toBeVisible();
  });

  await test.step("pause: the counts stand still and the application goes on", async () => {
    await panel.getByRole("button", { name: "Pause" }).click();
    await expect(panel.getByText("Paused", { exact: true })).toBeVisible();
    await expect(panel.getByText("Paused. Reads keep working.")).toBeVisible();
    // What was under way when the pause was asked for is finished first.
    let before = -1;
    await expect
      .poll(
        async () => {
          const last = before;
          before = await processed(panel);
          return before === last;
        },
        { intervals: [1_500] },
      )
      .toBe(true);
    const asked = application.requests();
    await expect.poll(() => application.requests()).toBeGreaterThan(asked + 100);
    await page.reload();
    expect(await processed(panel)).toBe(before);
    expect(before).toBeLessThan(RECORDS);
    expect(application.failures()).toEqual([]);
  });

  await test.step("resume: it ends with nothing on version 1", async () => {
    await panel.getByRole("button", { name: "Resume" }).click();
    await expect(panel.getByText("Completed", { exact: true })).toBeVisible({ timeout: 180_000 });
    await expect.poll(() => deksOn(page, 1)).toBe(0);
    expect(await deksOn(page, 2)).toBe(RECORDS);
    await expect(panel.getByText("Failed", { exact: true }).locator("..")).toContainText("0");
  });

  await test.step("no request failed, and every record reads what was last written", async () => {
    await application.stop();
    expect(application.failures()).toEqual([]);
    expect(application.requests()).toBeGreaterThan(200);
    expect(await readAllBack(plane, values)).toEqual([]);
  });

  await test.step("the log tells it in order, and proves itself", async () => {
    await page.goto(`/audit?tenant=${TENANT}&from=2020-01-01`);
    const column = page.locator("tbody tr td:nth-child(3)");
    await expect(column.filter({ hasText: "rewrap.completed" })).toBeVisible();
    const actions = await column.allTextContents();
    const told = actions.toReversed().filter((action) => STORY.includes(action));
    expect(told).toEqual(STORY);
    const verified = await keyfoldJson<{ ok: boolean; first_bad: unknown; events: number }>(
      "audit",
      "verify",
    );
    expect(verified).toMatchObject({ ok: true, first_bad: null });
    expect(verified.events).toBeGreaterThan(STORY.length);
  });
});

const STORY = [
  "tenant.created",
  "key.creation_requested",
  "key.created",
  "token.mint_requested",
  "token.minted",
  "key.rotation_requested",
  "key.rotated",
  "rewrap.started",
  "rewrap.planned",
  "rewrap.paused",
  "rewrap.resumed",
  "rewrap.finishing",
  "rewrap.completed",
];
