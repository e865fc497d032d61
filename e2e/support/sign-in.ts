import type { Browser, Page } from "@playwright/test";
import type { TestInstance } from "../instance.ts";

type Credentials = TestInstance["admin"];
export type SavedState = Awaited<ReturnType<ReturnType<Page["context"]>["storageState"]>>;

/** Fills in the form of the sign-in page and sends it. */
export const submitSignIn = async (page: Page, { email, password }: Credentials): Promise<void> => {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
};

/** Signs in with a browser of its own; the cookies to begin other tests with. */
export const signInOnce = async (browser: Browser, { baseUrl, admin }: TestInstance): Promise<SavedState> => {
  const context = await browser.newContext({ baseURL: baseUrl });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await submitSignIn(page, admin);
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  const state = await context.storageState();
  await context.close();
  return state;
};
