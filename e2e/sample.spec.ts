import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, SIGNED_OUT, test } from "./fixtures.ts";
import { type RunningTestInstance, startTestInstance } from "./instance.ts";
import { expectAccessible } from "./support/accessible.ts";
import { submitSignIn } from "./support/sign-in.ts";

const ROOT = join(import.meta.dirname, "..");
const RECORDS = 300;
let sample: RunningTestInstance;

// An instance of its own, started as somebody starts it for the first time.
test.beforeAll(async () => {
  sample = await startTestInstance({ KEYFOLD_SAMPLE_RECORDS: String(RECORDS) }, []);
});
test.afterAll(() => sample?.stop());
test.use({ storageState: SIGNED_OUT });

const status = async (): Promise<{ state: string; written: number } | null> => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(ROOT, "bin", "keyfold.mjs"), "sample", "status", "--json"],
    { env: { ...process.env, KEYFOLD_DATA_DIR: sample.dataDir } },
  );
  return (JSON.parse(stdout) as { sample: { state: string; written: number } | null }).sample;
};

test("the first minute: a sample loads behind a banner, shows a living system, and goes with one act", async ({
  page,
}) => {
  await page.goto(`${sample.baseUrl}/`);
  await submitSignIn(page, sample.admin);
  await expect(page.getByText(/A sample is being loaded\.|You are looking at a sample\./)).toBeVisible({
    timeout: 60_000,
  });
  await expect(page.getByText("You are looking at a sample.")).toBeVisible({ timeout: 90_000 });
  expect(await status()).toMatchObject({ state: "loaded", written: 3 * RECORDS });

  await test.step("the overview lives", async () => {
    await page.reload();
    await expect(page.getByText(`3 tenants and ${3 * RECORDS} records of invented people`)).toBeVisible();
    await expect(page.getByRole("main").getByText("Paused", { exact: true }).first()).toBeVisible();
    const decisions = page.getByRole("table", { name: "Needs a decision" });
    await expect(decisions.getByRole("row", { name: /^Rewrap paused/ }).getByRole("link")).toHaveAttribute(
      "href",
      /^\/jobs\//,
    );
    await expect(page.getByRole("table", { name: "Denied requests" }).getByRole("row")).not.toHaveCount(0);
    await expect(page.getByRole("table", { name: "Next rotations" }).getByRole("row")).toHaveCount(4);
    await expectAccessible(page);
  });

  await test.step("a tenant shows how far each collection is", async () => {
    await page.goto(`${sample.baseUrl}/t/meridian`);
    const coverage = page.getByRole("table", { name: "Coverage by collection" });
    await expect(coverage.getByRole("row", { name: /^customers 180 / })).toBeVisible();
    await expect(page.getByRole("table", { name: "Recent events" })).toBeVisible();
    await expectAccessible(page);
  });

  await test.step("it is removed with one act, and its log stays", async () => {
    await page.goto(`${sample.baseUrl}/`);
    await page.getByRole("button", { name: "Remove sample" }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog).toContainText("Their events stay in the log");
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Remove sample" }).click();
    await expect(page.getByText("Begin with a tenant")).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText("You are looking at a sample.")).toBeHidden();
    expect(await status()).toBeNull();
    await page.goto(`${sample.baseUrl}/audit?tenant=osprey`);
    await expect(page.locator("tbody").getByText("tenant.removed").first()).toBeVisible();
  });
});
