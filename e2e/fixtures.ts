import { test as base } from "@playwright/test";
import { type TestInstance, sharedInstance } from "./instance.ts";
import { type SavedState, signInOnce } from "./support/sign-in.ts";
import { type Watch, watchContext } from "./support/watch.ts";

export { expect } from "@playwright/test";

type TestFixtures = {
  /** Every test fails on what it finds in the browser. */
  watch: Watch;
};
type WorkerFixtures = {
  instance: TestInstance;
  signedIn: SavedState;
};

/** A test whose `page` is signed in as the first admin and watched for errors. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  instance: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads from this parameter which fixtures are needed
    async ({}, use) => use(sharedInstance()),
    { scope: "worker" },
  ],
  signedIn: [
    async ({ browser, instance }, use) => use(await signInOnce(browser, instance)),
    { scope: "worker" },
  ],
  baseURL: async ({ instance }, use) => use(instance.baseUrl),
  storageState: async ({ signedIn }, use) => use(signedIn),
  watch: [
    async ({ context }, use, info) => {
      const watch = await watchContext(context);
      await use(watch);
      if (watch.problems().length > 0)
        throw new Error(`In the browser of "${info.title}":\n${watch.problems().join("\n")}`);
    },
    { auto: true },
  ],
});

/** A visitor who has not signed in. */
export const SIGNED_OUT: SavedState = { cookies: [], origins: [] };
