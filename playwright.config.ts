import { defineConfig } from "@playwright/test";

const browser = process.env.KEYFOLD_BROWSER ?? process.env.CHROME_PATH;

/** Tests that take a table or the keeper away from everybody. */
const ALONE = /@alone/;

/** It starts a Keyfold of its own, which nobody takes anything from: it fills the time in which the others wait. */
const OWN_INSTANCE = "**/sample.spec.ts";

/** A rewrap takes what an application leaves to it: two minutes on a busy machine, which nothing else should wait for. */
const LONGEST = "**/main-journey.spec.ts";

export default defineConfig({
  testDir: "e2e",
  testMatch: "**/*.spec.ts",
  outputDir: ".cache/test/playwright",
  globalSetup: "./e2e/global-setup.ts",
  forbidOnly: true,
  // A second try is told at the end of the run, with the first one's pictures kept.
  retries: 1,
  // One more than there are cores: a journey waits for the keeper, for what is polled and for the clock.
  workers: 3,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: "list",
  use: {
    browserName: "chromium",
    baseURL: process.env.KEYFOLD_E2E_URL,
    screenshot: "only-on-failure",
    permissions: ["clipboard-read", "clipboard-write"],
    contextOptions: { reducedMotion: "reduce" },
    launchOptions: browser === undefined ? {} : { executablePath: browser },
  },
  projects: [
    { name: "longest first", testMatch: LONGEST },
    { name: "chromium", grepInvert: ALONE, testIgnore: [LONGEST, OWN_INSTANCE] },
    { name: "alone", grep: ALONE, workers: 1, dependencies: ["longest first", "chromium"] },
    { name: "own instance", testMatch: OWN_INSTANCE, dependencies: ["longest first", "chromium"] },
  ],
});
