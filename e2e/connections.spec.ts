import { startVault } from "#emulators/vault.ts";
import { expect, test } from "./fixtures.ts";
import { expectAccessible, expectNoSidewaysScroll } from "./support/accessible.ts";
import { loadRecords } from "./support/data-plane.ts";
import { keyfold, keyfoldJson } from "./support/keyfold.ts";
import { uniqueSlug } from "./support/seed.ts";

test("a tenant's own Vault: connected with a fault, diagnosed, mended, used, rotated outside", async ({
  page,
}) => {
  test.setTimeout(120_000);
  const vault = await startVault();
  vault.doors.addAppRole({ roleId: "keyfold", secretId: "s3cret" });
  vault.doors.createKey({ name: "cmk", derived: true });
  const tenant = uniqueSlug("conn");
  await keyfold("tenant", "create", tenant, "--name", "Connected");
  try {
    await page.goto(`/t/${tenant}/connections`);
    await expectAccessible(page);
    await page.getByRole("link", { name: "Connect a KMS" }).click();
    await page.getByLabel("Provider").selectOption("vault");
    await page.getByLabel("Name", { exact: true }).fill("own-vault");
    await page.getByLabel("Address").fill("vault");
    await page.getByLabel("Key name").fill("cmk");
    await expect(page.getByText("Address must be an address without a path")).toBeVisible();
    await page.getByLabel("Address").fill(vault.url);
    await page.getByLabel("How Keyfold proves who it is").selectOption("approle");
    await page.getByLabel("Role id").fill("keyfold");
    await expectAccessible(page);
    await page.getByRole("button", { name: "Make connection" }).click();

    await expect(page.getByRole("heading", { name: "own-vault", level: 1 })).toBeVisible();
    await expect(page.getByText("Needs its secret")).toBeVisible();
    const setSecret = async (secret: string, button: string) => {
      await page.getByLabel(/Secret id/i).fill(secret);
      await page.getByRole("button", { name: button }).click();
      await expect(page.getByLabel(/Secret id/i)).toHaveValue("");
    };
    await setSecret("wr0ng", "Set secret");
    await page.getByRole("button", { name: "Test connection" }).click();
    const steps = page.getByRole("list", { name: "Steps of the test" });
    const step = (title: string) => steps.getByRole("listitem").filter({ hasText: title });
    await expect(step("Prove who we are")).toContainText("Failed");
    await expect(step("Prove who we are")).toContainText("role id or the secret id is wrong");
    await expect(step("Describe the key")).toContainText("Not tried");
    await expectAccessible(page);

    await setSecret("s3cret", "Replace secret");
    vault.doors.deny({ credential: "keyfold", operation: "decrypt" });
    await page.getByRole("button", { name: "Test connection" }).click();
    await expect(step("Unwrap it again")).toContainText('path "transit/decrypt/cmk"');
    vault.doors.allow({ credential: "keyfold", operation: "decrypt" });
    await page.getByRole("button", { name: "Test connection" }).click();
    await expect(step("Fail as another tenant")).toContainText("Passed");
    await expect(step("Permission to rotate")).toContainText("Passed");
    await expect(page.getByText("Enabled").first()).toBeVisible();
    await expectAccessible(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await expectNoSidewaysScroll(page);
    await page.setViewportSize({ width: 1280, height: 800 });

    await page.goto(`/t/${tenant}/keys/new`);
    await page.getByLabel("Held by").selectOption("own-vault");
    await page.getByRole("button", { name: "Create key" }).click();
    await expect(page.getByRole("heading", { name: "default", level: 1 })).toBeVisible();
    const scope = ["--scope", "records:read,records:write"];
    const { token } = await keyfoldJson<{ token: string }>("token", "create", "--tenant", tenant, ...scope);
    await loadRecords({ tenant, token }, new Map([["r-1", "one@example.com"]]));

    vault.doors.rotate({ name: "cmk" });
    await page.goto(`/t/${tenant}/connections/own-vault`);
    await page.getByRole("button", { name: "Test connection" }).click();
    const versions = page.getByRole("table", { name: "Versions at the provider" });
    await expect(versions.getByRole("row", { name: /^2 current/ })).toBeVisible();
    await page.goto(`/t/${tenant}/connections`);
    await expect(page.getByRole("row", { name: /own-vault/ })).toContainText("Enabled");
  } finally {
    await vault.close();
  }
});
