import { expect, test } from "./fixtures.ts";
import { expectAccessible, expectNoSidewaysScroll } from "./support/accessible.ts";

test("an operator's token is made, shown once, and revoked", async ({ page }) => {
  await page.goto("/settings/operator-tokens");
  await expect(page.getByRole("heading", { name: "Operator tokens", level: 1 })).toBeVisible();
  await page.getByRole("button", { name: "Create operator token" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("Start and watch re-encryption")).toBeChecked();
  await expect(dialog.getByLabel(/^Retire old key versions/)).not.toBeChecked();
  await dialog.getByLabel(/^Retire old key versions/).check();
  await expectAccessible(page);
  await dialog.getByLabel("Days until it expires").fill("7");
  await dialog.getByLabel("At most, requests per second").fill("many");
  await dialog.getByRole("button", { name: "Create token" }).click();
  await expect(
    dialog.getByText("A limit is a whole number of requests a second from 1 to 10,000."),
  ).toBeVisible();
  await expectAccessible(page);
  await dialog.getByLabel("At most, requests per second").fill("20");
  await dialog.getByRole("button", { name: "Create token" }).click();
  await expect(dialog.getByText("It may send at most 20 requests a second to each keeper.")).toBeVisible();
  await expect(dialog.getByText(/^kf_oper_\w{8}_\w{43}_\w{6}$/)).toBeVisible();
  await dialog.getByRole("button", { name: "I have copied it" }).click();

  const row = page.getByRole("row", { name: /crypto:admin/ }).first();
  await expect(row).toContainText("keys:retire");
  await expect(row).toContainText("20/s");
  await expect(row).toContainText("active");
  await expectAccessible(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoSidewaysScroll(page);
  await row.getByRole("button", { name: /Revoke token/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke token" }).click();
  await expect(page.getByRole("row", { name: /crypto:admin/ }).first()).toContainText("revoked");
});

test("the keeper's page of its API runs nothing, in both themes", async ({ page, instance }) => {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${instance.keeperUrl}/docs`);
    await expect(page.getByRole("heading", { name: "Keyfold API" })).toBeVisible();
    await expectAccessible(page);
  }
});
