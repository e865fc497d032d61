import { defineConfig } from "@playwright/test";

const browser = process.env.KEYFOLD_BROWSER ?? process.env.CHROME_PATH;

/** Tests that take a table or the keeper away from everybody. */
const ALONE = /@alone/;

export default defineConfig({
  testDir: "e2e",
  testMatch: "**/*.spec.ts",
  outputDir: ".cache/test/playwright",
  globalSetup: "./e2e/global-setup.ts",
  forbidOnly: true,
  // A second try is told at the end of the run, with the first one's pictures kept.
  retries: 1,
  workers: 2,
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
    { name: "chromium", grepInvert: ALONE },
    { name: "alone", grep: ALONE, workers: 1, dependencies: ["chromium"] },
  ],
});
