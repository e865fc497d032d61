import type { Page } from "@playwright/test";
import { startVault } from "#emulators/vault.ts";
import { expect, test } from "./fixtures.ts";
import { expectAccessible, expectNoSidewaysScroll } from "./support/accessible.ts";
import {
  expectPassed,
  expectSecondVersion,
  fillConnection,
  makeConnection,
  newTenant,
  setSecret,
  stepOf,
  testConnection,
  useConnection,
} from "./support/connecting.ts";
import { loadRecords, readRecord } from "./support/data-plane.ts";
import { keyfold, keyfoldJson } from "./support/keyfold.ts";

const vaultWithKeys = async (...names: string[]) => {
  const vault = await startVault();
  vault.doors.addAppRole({ roleId: "keyfold", secretId: "s3cret" });
  for (const name of names) vault.doors.createKey({ name, derived: true });
  return vault;
};

const connectVault = async (page: Page, tenant: string, name: string, address: string, keyName: string) => {
  await fillConnection(
    page,
    tenant,
    { provider: "vault", name, access: "approle" },
    { Address: address, "Key name": keyName, "Role id": "keyfold" },
  );
  await makeConnection(page, name);
};

test("a tenant's own Vault: connected with a fault, diagnosed, mended, used, rotated outside", async ({
  page,
}) => {
  const vault = await vaultWithKeys("cmk");
  try {
    const tenant = await newTenant("vault");
    await page.goto(`/t/${tenant}/connections`);
    await expectAccessible(page);
    await expect(page.getByRole("link", { name: "Connect a KMS" })).toBeVisible();
    await page.goto(`/t/${tenant}/connections/new`);
    await page.getByLabel("Provider").selectOption("vault");
    await page.getByLabel("Address").fill("vault");
    await page.getByLabel("Key name").fill("cmk");
    await expect(page.getByText("Address must be an address without a path")).toBeVisible();
    await expectAccessible(page);
    await connectVault(page, tenant, "own-vault", vault.url, "cmk");

    await expect(page.getByText("Needs its secret")).toBeVisible();
    await setSecret(page, /secret id/i, "wr0ng");
    await testConnection(page);
    await expect(stepOf(page, "Prove who we are")).toContainText("role id or the secret id is wrong");
    await expect(stepOf(page, "Describe the key")).toContainText("Not tried");
    await expect(page.getByText("Never passed a test")).toBeVisible();
    await expectAccessible(page);

    await setSecret(page, /secret id/i, "s3cret");
    vault.doors.deny({ credential: "keyfold", operation: "decrypt" });
    await testConnection(page);
    await expect(stepOf(page, "Unwrap it again")).toContainText('path "transit/decrypt/cmk"');
    vault.doors.allow({ credential: "keyfold", operation: "decrypt" });
    await testConnection(page);
    await expectPassed(page);
    await expect(stepOf(page, "Permission to rotate")).toContainText("Passed");
    await expectAccessible(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await expectNoSidewaysScroll(page);
    await page.setViewportSize({ width: 1280, height: 800 });

    await useConnection(page, tenant, "own-vault");
    vault.doors.rotate({ name: "cmk" });
    await expectSecondVersion(page, tenant, "own-vault");
    await page.goto(`/t/${tenant}/connections`);
    await expect(page.getByRole("row", { name: /own-vault/ })).toContainText("Enabled");
  } finally {
    await vault.close();
  }
});

test("a key is moved to the tenant's Vault and back: said before, refused in plain words, no record touched", async ({
  page,
}) => {
  const vault = await vaultWithKeys("cmk");
  try {
    const tenant = await newTenant("move");
    await keyfold("key", "create", "default", "--tenant", tenant);
    const scope = ["--scope", "records:read,records:write"];
    const { token } = await keyfoldJson<{ token: string }>("token", "create", "--tenant", tenant, ...scope);
    const plane = { tenant, token };
    await loadRecords(plane, new Map([["r-1", "one@example.com"]]));
    await page.goto(`/t/${tenant}/keys/default`);
    const open = page.getByRole("button", { name: "Move key" });
    const dialog = page.getByRole("dialog");
    await open.click();
    await expect(dialog).toContainText("no connection of this tenant has passed a test");
    await dialog.getByRole("link", { name: "Connect a KMS" }).click();
    await connectVault(page, tenant, "own-vault", vault.url, "cmk");
    await setSecret(page, /secret id/i, "s3cret");
    await testConnection(page);
    await expectPassed(page);

    await page.goto(`/t/${tenant}/keys/default`);
    vault.doors.deny({ credential: "keyfold", operation: "encrypt" });
    await open.click();
    await expect(dialog).toContainText("1 version is opened under the platform’s CMK");
    await expect(dialog).toContainText("No record is touched: 1 record");
    await expect(dialog).toContainText("At most 3 requests to the KMS");
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Move key" }).click();
    await expect(dialog.getByRole("alert")).toContainText("The key is still where it was.");
    vault.doors.allow({ credential: "keyfold", operation: "encrypt" });
    await dialog.getByRole("button", { name: "Move key" }).click();
    await expect(
      page.getByText(`${tenant}/default is under the CMK of own-vault`, { exact: true }),
    ).toBeVisible();
    await expect(page.getByRole("link", { name: "own-vault" })).toBeVisible();
    expect(await readRecord(plane, "r-1")).toBe("one@example.com");

    await page.goto(`/t/${tenant}/connections/own-vault`);
    await page.getByRole("button", { name: "Move key default" }).click();
    await expect(dialog.getByLabel("To")).toHaveValue("");
    await dialog.getByRole("button", { name: "Move key" }).click();
    await expect(page.getByText("No key is under this CMK yet.")).toBeVisible();
    await page.getByRole("button", { name: "Move a key here" }).click();
    await expect(dialog).toContainText("Whoever owns the CMK of own-vault");
    await dialog.getByRole("button", { name: "Keep it where it is" }).click();
    expect(await readRecord(plane, "r-1")).toBe("one@example.com");
  } finally {
    await vault.close();
  }
});
