import { startVault } from "#emulators/vault.ts";
import { expect, test } from "./fixtures.ts";
import { expectAccessible, expectNoSidewaysScroll } from "./support/accessible.ts";
import { expectPassed, testConnection } from "./support/connecting.ts";
import { loadRecords } from "./support/data-plane.ts";
import { keyfold, keyfoldJson } from "./support/keyfold.ts";
import { uniqueSlug } from "./support/seed.ts";

test("a KMS of the platform: connected, tested, holds the keys of two tenants, and lets them go", async ({
  page,
}) => {
  test.setTimeout(120_000);
  const vault = await startVault();
  vault.doors.addAppRole({ roleId: "keyfold", secretId: "s3cret" });
  const name = uniqueSlug("shared");
  vault.doors.createKey({ name, derived: true });
  const tenants = [uniqueSlug("plat-a"), uniqueSlug("plat-b")];
  for (const tenant of tenants) await keyfold("tenant", "create", tenant, "--name", tenant);
  try {
    await page.goto("/settings/connections");
    await expectAccessible(page);
    await page.getByRole("link", { name: "Connect a KMS" }).click();
    await page.getByLabel("Provider").selectOption("vault");
    await expect(page.getByLabel("Whose account the key is in")).toHaveCount(0);
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("Address").fill(vault.url);
    await page.getByLabel("Key name").fill(name);
    await page.getByLabel("How Keyfold proves who it is").selectOption("approle");
    await page.getByLabel("Role id").fill("keyfold");
    await page.getByRole("button", { name: "Make connection" }).click();

    await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
    await page.getByLabel(/Secret id/i).fill("s3cret");
    await page.getByRole("button", { name: "Set secret" }).click();
    await expect(page.getByRole("button", { name: "Replace secret" })).toBeVisible();
    await testConnection(page);
    await expectPassed(page);
    await expectAccessible(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await expectNoSidewaysScroll(page);
    await page.setViewportSize({ width: 1280, height: 800 });

    for (const tenant of tenants) {
      await page.goto(`/t/${tenant}/keys/new`);
      await page
        .getByLabel("Held by")
        .selectOption({ label: `The platform’s connection ${name} (Vault or OpenBao)` });
      await page.getByRole("button", { name: "Create key" }).click();
      await expect(page.getByRole("heading", { name: "default", level: 1 })).toBeVisible();
      const scope = ["--scope", "records:read,records:write"];
      const { token } = await keyfoldJson<{ token: string }>("token", "create", "--tenant", tenant, ...scope);
      await loadRecords({ tenant, token }, new Map([["r-1", "one@example.com"]]));
    }

    await page.goto("/settings/connections");
    await expect(page.getByRole("row", { name: new RegExp(name) })).toContainText("the platform’s");
    await page.goto(`/settings/connections/${name}`);
    await page.getByRole("button", { name: "Remove connection" }).click();
    await expect(page.getByText("2 versions of keys are under it")).toBeVisible();
    for (const tenant of tenants) await keyfold("key", "move", "default", "--tenant", tenant, "--platform");
    await page.reload();
    await page.getByRole("button", { name: "Remove connection" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove connection" }).click();
    await expect(page).toHaveURL(/\/settings\/connections$/);
    await expect(page.getByText(name, { exact: true })).toHaveCount(0);
  } finally {
    await vault.close();
  }
});
