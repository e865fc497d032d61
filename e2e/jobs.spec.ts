import { expect, test } from "./fixtures.ts";
import { expectAccessible, expectNoSidewaysScroll } from "./support/accessible.ts";
import { keyfold } from "./support/keyfold.ts";
import { seedOldRecords, seedTenant, startSlowRewrap, uniqueSlug } from "./support/seed.ts";

const TENANT = uniqueSlug("jobs");
const RECORDS = 400;

test.beforeAll(async () => {
  await seedTenant(TENANT, "Jobs and Sons");
  await seedOldRecords(TENANT, RECORDS);
});

test("a re-encrypt is chosen where the difference is said, and leaves a report", async ({ page }) => {
  await page.goto(`/t/${TENANT}/keys/default`);
  await page.getByRole("button", { name: "Rewrap old DEKs" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("radio", { name: "Rewrap" })).toBeChecked();
  await expect(dialog).toContainText("The data itself is not touched.");
  await dialog.getByRole("radio", { name: "Re-encrypt" }).check();
  await expect(dialog).toContainText("New DEKs and new ciphertext");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Start re-encrypt" }).click();
  await expect(dialog).toBeHidden();

  await page.goto(`/jobs?tenant=${TENANT}`);
  await page.getByRole("link", { name: `${TENANT}/default` }).click();
  await expect(page.getByRole("heading", { name: `Re-encrypt of ${TENANT}/default` })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Report" })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText(`v1: ${RECORDS}`)).toBeVisible();
  await expect(page.getByText(`v2: ${RECORDS}`)).toBeVisible();
  await expectAccessible(page);
});

test("a job is found by its status, kind and tenant, and paced while it runs", async ({ page }) => {
  await keyfold("key", "rotate", "default", "--tenant", TENANT);
  const id = await startSlowRewrap(TENANT);
  await page.goto("/jobs");
  await page.getByLabel("Status").selectOption("open");
  await page.getByLabel("Tenant", { exact: true }).last().selectOption(TENANT);
  await page.getByLabel("Kind").selectOption("rewrap");
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page).toHaveURL(`/jobs?status=open&tenant=${TENANT}&mode=rewrap`);
  await expect(page.locator("tbody tr")).toHaveCount(1);
  await expectAccessible(page);

  await page.goto(`/jobs/${id}`);
  await page.getByLabel("Intensity").selectOption("25");
  await expect(page.getByLabel("Intensity")).toHaveValue("25");
  await page.reload();
  await expect(page.getByLabel("Intensity")).toHaveValue("25");
  await expectAccessible(page);
  await page.setViewportSize({ width: 420, height: 900 });
  await expectNoSidewaysScroll(page);
  await keyfold("rewrap", "cancel", id);
  await expect(page.getByText("Cancelled", { exact: true })).toBeVisible();
});
