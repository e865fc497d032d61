import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

// Its violations are all there is asked for: of what is in order axe then names one element, not each by a selector.
const OPTIONS = { resultTypes: ["violations" as const] };

// The themes differ in colours alone, so the second one is asked about colours alone.
const CHECKS = [
  { theme: "light", begin: (axe: AxeBuilder) => axe.withTags(TAGS) },
  { theme: "dark", begin: (axe: AxeBuilder) => axe.withRules(["color-contrast", "link-in-text-block"]) },
] as const;

const AXE = readFileSync(
  createRequire(import.meta.resolve("@axe-core/playwright")).resolve("axe-core/axe.min.js"),
  "utf8",
);
// In place of its source, which the builder would send and have parsed four times for each page.
const IS_THERE = "void 0";

/** Sends axe to each document that has none yet. */
const sendAxe = async (page: Page): Promise<void> => {
  for (const frame of page.frames())
    if (!(await frame.evaluate("typeof window.axe?.run === 'function'"))) await frame.evaluate(AXE);
};

const violations = async (axe: AxeBuilder): Promise<string[]> => {
  const { violations: found } = await axe.setLegacyMode(true).analyze();
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help} at ${node.target.join(" ")}\n${node.failureSummary ?? ""}`),
  );
};

/** No violation of WCAG 2.2 AA nor of best practice, in the light theme and in the dark one. */
export const expectAccessible = async (page: Page): Promise<void> => {
  for (const { theme, begin } of CHECKS) {
    await page.evaluate((name) => document.documentElement.setAttribute("data-theme", name), theme);
    await sendAxe(page);
    const axe = new AxeBuilder({ page, axeSource: IS_THERE }).options(OPTIONS);
    expect(await violations(begin(axe)), `${page.url()}, ${theme}`).toEqual([]);
  }
};

/** The page itself does not scroll sideways; a wide table scrolls in its own region. */
export const expectNoSidewaysScroll = async (page: Page): Promise<void> => {
  const [width, wanted] = await page.evaluate(() => [
    document.documentElement.clientWidth,
    document.documentElement.scrollWidth,
  ]);
  expect(wanted, `${page.url()} is wider than the screen`).toBeLessThanOrEqual(width ?? 0);
};

/** No table is wider than the room it has. */
export const expectTablesFit = async (page: Page): Promise<void> => {
  const wide = await page.locator("table").evaluateAll((tables) =>
    tables.flatMap((table) => {
      const room = table.parentElement;
      if (!room || room.scrollWidth <= room.clientWidth + 1) return [];
      return [`${table.ariaLabel}: ${room.scrollWidth} in ${room.clientWidth}`];
    }),
  );
  expect(wide, page.url()).toEqual([]);
};
