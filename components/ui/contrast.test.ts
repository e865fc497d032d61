import { readFile } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";

// WCAG 2.2, 1.4.3 and 1.4.11: text needs 4.5, the edge of a control or a mark needs 3.
const TEXT = 4.5;
const EDGE = 3;

type Tokens = Record<string, string>;
const themes: Record<"light" | "dark", Tokens> = { light: {}, dark: {} };

const tokensAfter = (css: string, start: string): Tokens => {
  const from = css.indexOf(start);
  const block = css.slice(from, css.indexOf("}", from));
  return Object.fromEntries(
    Array.from(block.matchAll(/--kf-([a-z-]+): (#[0-9a-f]{6});/g), ([, name, value]) => [
      name ?? "",
      value ?? "",
    ]),
  );
};

beforeAll(async () => {
  const css = await readFile(new URL("../../app/globals.css", import.meta.url), "utf8");
  themes.light = tokensAfter(css, ":root {");
  themes.dark = tokensAfter(css, "@utility theme-dark");
});

const luminance = (hex: string): number => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

const contrast = (tokens: Tokens, front: string, back: string): number => {
  const [high = 0, low = 0] = [front, back]
    .map((name) => luminance(tokens[name] ?? ""))
    .toSorted((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
};

const GROUNDS = ["paper", "surface", "sunken"];
const INKS = [
  "ink",
  "muted",
  "faint",
  "accent",
  "brass",
  "active",
  "moving",
  "pending",
  "danger",
  "compromised",
  "idle",
  "gone",
];
const pairs = (fronts: readonly string[], backs: readonly string[]) =>
  fronts.flatMap((front) => backs.map((back) => [front, back] as const));

const TEXT_PAIRS = [
  ...pairs(INKS, GROUNDS),
  ["accent-ink", "accent"],
  ["accent-ink", "accent-hover"],
  ["accent-ink", "active"],
  ["ink", "idle-fill"],
  ...["active", "moving", "pending", "danger", "compromised"].map((tone) => [tone, `${tone}-wash`] as const),
  ...["moving", "pending", "danger"].map((tone) => ["ink", `${tone}-wash`] as const),
] as const;

const EDGE_PAIRS = pairs(["line-field", "focus", "idle-edge"], GROUNDS);

test.each(["light", "dark"] as const)("every pair that a page uses is readable in the %s theme", (theme) => {
  const tokens = themes[theme];
  expect(Object.keys(tokens).length).toBeGreaterThan(25);
  const failing = [
    ...TEXT_PAIRS.map(([front, back]) => ({ front, back, least: TEXT })),
    ...EDGE_PAIRS.map(([front, back]) => ({ front, back, least: EDGE })),
  ].filter(({ front, back, least }) => !(contrast(tokens, front, back) >= least));
  expect(
    failing.map(({ front, back }) => `${front} on ${back}: ${contrast(tokens, front, back).toFixed(2)}`),
  ).toEqual([]);
});
