import { expect, SIGNED_OUT, test } from "./fixtures.ts";
import { submitSignIn } from "./support/sign-in.ts";

test.use({ storageState: SIGNED_OUT });

test("a wrong password is said in one sentence that takes the focus, and is not put back", async ({
  page,
  instance,
  watch,
}) => {
  watch.allow(/api\/auth\/callback\/credentials/);
  await page.goto("/sign-in");
  await submitSignIn(page, { ...instance.admin, password: "not the password" });
  const alert = page.locator("p[role=alert]");
  await expect(alert).toHaveText("The e-mail address or the password is not right.");
  await expect(alert).toBeFocused();
  await submitSignIn(page, { email: "nobody@example.com", password: "not the password" });
  await expect(alert).toHaveText("The e-mail address or the password is not right.");
});

test("a deep link leads through signing in and back to where it pointed, with its query", async ({
  page,
  instance,
}) => {
  await page.goto("/audit?q=action%3Aperson.*+outcome%3Aok&from=2020-01-01");
  await expect(page).toHaveURL(/\/sign-in\?callbackUrl=/);
  await submitSignIn(page, instance.admin);
  await expect(page.getByRole("heading", { name: "Audit log", level: 1 })).toBeVisible();
  await expect(page).toHaveURL("/audit?q=action%3Aperson.*+outcome%3Aok&from=2020-01-01");
});

test("a callback to another site is not followed", async ({ page, instance }) => {
  await page.goto("/sign-in?callbackUrl=https%3A%2F%2Fexample.org%2F");
  await submitSignIn(page, instance.admin);
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  await expect(page).toHaveURL("/");

  await test.step("nor does somebody who is signed in already need the form", async () => {
    await page.goto("/sign-in?callbackUrl=%2Fjobs");
    await expect(page).toHaveURL("/jobs");
    await page.goto("/sign-in?callbackUrl=%2F%2Fexample.org");
    await expect(page).toHaveURL("/");
  });
});

test("signing out ends the session wherever its cookie is", async ({ page, browser, instance, watch }) => {
  await page.goto("/sign-in");
  await submitSignIn(page, instance.admin);
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  const copy = await browser.newContext({
    baseURL: instance.baseUrl,
    storageState: await page.context().storageState(),
  });
  const elsewhere = await copy.newPage();
  await elsewhere.goto("/tenants");
  await expect(elsewhere.getByRole("heading", { name: "Tenants", level: 1 })).toBeVisible();

  // Pages that are open ask for what changes, and are refused from here on.
  watch.allow(/401/);
  await page.getByRole("button", { name: /account menu/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);

  await test.step("an open page says so without losing what is on it", async () => {
    await expect(elsewhere.getByText("Your session has ended.")).toBeVisible();
    await expect(elsewhere.getByRole("heading", { name: "Tenants", level: 1 })).toBeVisible();
  });
  await test.step("the next request goes to the sign-in page, and back from there", async () => {
    await elsewhere.goto("/jobs");
    await expect(elsewhere).toHaveURL("/sign-in?callbackUrl=%2Fjobs");
    expect((await elsewhere.request.get("/api/keeper")).status()).toBe(401);
  });
  await copy.close();
});
