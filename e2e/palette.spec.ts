import { expect, test } from "./fixtures.ts";
import { expectAccessible } from "./support/accessible.ts";
import { keyfoldJson } from "./support/keyfold.ts";
import { seedTenant, uniqueSlug } from "./support/seed.ts";

const TENANT = uniqueSlug("zephyr");

test.beforeAll(() => seedTenant(TENANT, "Zephyr Airways"));

test("the palette opens by keyboard, leads to pages, names and pasted ids, and gives the focus back", async ({
  page,
}) => {
  await page.goto("/tenants");
  await expect(page.getByRole("heading", { level: 1, name: "Tenants" })).toBeVisible();
  const field = page.getByRole("combobox", { name: "Go to" });
  const open = async () => {
    await page.keyboard.press("Control+k");
    await expect(field).toBeFocused();
  };

  await open();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(field).toHaveCount(0);

  await open();
  await page.keyboard.type("audit");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Audit log" })).toBeVisible();

  await open();
  await page.keyboard.type("zephyr");
  await expect(page.getByRole("option", { name: /Zephyr Airways.*tenant/ })).toBeVisible();
  await page.getByRole("option", { name: new RegExp(`${TENANT}/default`) }).click();
  await expect(page).toHaveURL(`/t/${TENANT}/keys/default`);

  const { keys } = await keyfoldJson<{ keys: { id: string }[] }>("key", "list", "--tenant", TENANT);
  await page.goto("/");
  await open();
  await page.keyboard.insertText(keys[0]?.id ?? "");
  await expect(page.getByRole("option", { name: new RegExp(`${TENANT}/default.*key`) })).toBeVisible();
  await expect(page.getByRole("option", { name: /Events about it/ })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`/t/${TENANT}/keys/default`);
});

test("the palette is on its way before its key is struck", async ({ page }) => {
  await page.goto("/tenants");
  await expect(page.getByRole("button", { name: /^Go to/ }).first()).toBeVisible();
  await page.waitForLoadState("networkidle");
  const script = page.waitForRequest((request) => request.resourceType() === "script");
  await page.keyboard.down("Control");
  await script;
  await page.keyboard.up("Control");
});

test("a search that fails says the id of its request, to copy", async ({ page, watch }) => {
  watch.allow(/503|api\/find/);
  await page.route("**/api/find*", (route) =>
    route.fulfill({ status: 503, json: { error: { code: "UNAVAILABLE", request_id: "req_0" } } }),
  );
  await page.goto("/");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Go to" }).fill("nothing of the kind");
  await expect(page.getByText("The search failed (UNAVAILABLE).")).toBeVisible();
  await expect(page.getByRole("button", { name: "Copy request id req_0" })).toBeVisible();
  await expectAccessible(page);
});

test("a request's id leads to its events; the secret of a pasted token stays in the browser", async ({
  page,
}) => {
  await page.goto("/audit");
  await page.locator("tbody button[aria-expanded]").first().click();
  const shown = page.getByRole("button", { name: /^Copy request id req_/ }).first();
  const req = (await shown.getAttribute("aria-label"))?.split(" ").at(-1) ?? "";
  await page.keyboard.press("Control+k");
  const field = page.getByRole("combobox", { name: "Go to" });
  await field.fill(req);
  await page.getByRole("option", { name: /Events of this request/ }).click();
  await expect(page).toHaveURL(new RegExp(req));

  await page.keyboard.press("Control+k");
  await field.fill("req_0000000000000000");
  await expect(page.getByText(/^No event has this request id\./)).toBeVisible();
  await page.keyboard.press("Escape");

  const asked: string[] = [];
  page.on("request", (request) => asked.push(decodeURIComponent(request.url())));
  const secret = "a".repeat(43);
  await page.keyboard.press("Control+k");
  await field.fill(`kf_live_00000000_${secret}_000000`);
  await expect(page.getByText("Nothing has this name or id.")).toBeVisible();
  expect(asked.some((url) => url.includes("kf_live_00000000"))).toBe(true);
  expect(asked.filter((url) => url.includes(secret))).toEqual([]);
});
