import { expect, type Locator, type Page } from "@playwright/test";
import { loadRecords } from "./data-plane.ts";
import { keyfold, keyfoldJson } from "./keyfold.ts";
import { uniqueSlug } from "./seed.ts";

/** A tenant of its own for a journey. */
export const newTenant = async (name: string): Promise<string> => {
  const tenant = uniqueSlug(name);
  await keyfold("tenant", "create", tenant, "--name", "Connected");
  return tenant;
};

/** Opens the form of a provider and types its fields. */
export const fillConnection = async (
  page: Page,
  tenant: string,
  { provider, name, access }: { provider: string; name: string; access: string },
  fields: Readonly<Record<string, string>>,
): Promise<void> => {
  await page.goto(`/t/${tenant}/connections/new`);
  await page.getByLabel("Provider").selectOption(provider);
  await page.getByLabel("How Keyfold proves who it is").selectOption(access);
  await page.getByLabel("Name", { exact: true }).fill(name);
  for (const [label, value] of Object.entries(fields))
    await page.getByLabel(label, { exact: true }).fill(value);
};

export const makeConnection = async (page: Page, name: string): Promise<void> => {
  await page.getByRole("button", { name: "Make connection" }).click();
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
};

/** Sets the secret, or another; it is sealed in the browser, and the field is empty afterwards. */
export const setSecret = async (page: Page, label: RegExp, secret: string): Promise<void> => {
  await page.getByLabel(label).fill(secret);
  await page.getByRole("button", { name: /^(Set|Replace) secret$/ }).click();
  await expect(page.getByLabel(label)).toHaveValue("");
};

/** A step of the newest test, by its title. */
export const stepOf = (page: Page, title: string): Locator =>
  page
    .getByRole("list", { name: "Steps of the test" })
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { name: title, exact: true }) });

/** Runs the test of the connection whose page is open, to its end. */
export const testConnection = async (page: Page): Promise<void> => {
  const button = page.getByRole("button", { name: "Test connection" });
  await button.click();
  await expect(button).toHaveAttribute("aria-busy", "true");
  await expect(button).not.toHaveAttribute("aria-busy");
};

export const expectPassed = async (page: Page): Promise<void> => {
  await expect(stepOf(page, "Fail as another tenant")).toContainText("Passed");
  await expect(page.getByRole("definition").filter({ hasText: /^Enabled$/ })).toBeVisible();
};

/** Makes a key under the connection, and has an application write a record under it. */
export const useConnection = async (page: Page, tenant: string, name: string): Promise<void> => {
  await page.goto(`/t/${tenant}/keys/new`);
  await page.getByLabel("Held by").selectOption(name);
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(page.getByRole("heading", { name: `${tenant}/default`, level: 1 })).toBeVisible();
  const scope = ["--scope", "records:read,records:write"];
  const { token } = await keyfoldJson<{ token: string }>("token", "create", "--tenant", tenant, ...scope);
  await loadRecords({ tenant, token }, new Map([["r-1", "one@example.com"]]));
};

/** After a rotation at the provider: the connection's page shows the new version as the current of two. */
export const expectSecondVersion = async (page: Page, tenant: string, name: string): Promise<void> => {
  await page.goto(`/t/${tenant}/connections/${name}`);
  await expect(page.getByRole("table", { name: "Keys under it" })).toContainText("default");
  await testConnection(page);
  const rows = page.getByRole("table", { name: "Versions at the provider" }).locator("tbody tr");
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText("current");
  await expect(rows.last()).not.toContainText("current");
};
