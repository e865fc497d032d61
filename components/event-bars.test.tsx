import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { EventBars } from "./charts/event-bars.tsx";

const at = "2026-01-31T08:00:00.000Z";
const paths = (bars: Parameters<typeof EventBars>[0]["bars"]) =>
  [...renderToStaticMarkup(<EventBars bars={bars} />).matchAll(/data-outcome="(\w+)"[^>]* d="([^"]*)"/g)].map(
    ([, outcome, d]) => [outcome, d],
  );

it("stacks what failed below what went well, and is as high as the fullest bar", () => {
  expect(
    paths([
      { at, ok: 6, denied: 2, error: 0 },
      { at, ok: 0, denied: 0, error: 0 },
      { at, ok: 1, denied: 1, error: 2 },
    ]),
  ).toEqual([
    ["denied", "M0 1v-0.25h0.94v0.25zM2 1v-0.125h0.94v0.125z"],
    ["error", "M2 0.875v-0.25h0.94v0.25z"],
    ["ok", "M0 0.75v-0.75h0.94v0.75zM2 0.625v-0.125h0.94v0.125z"],
  ]);
});

it("draws nothing where nothing happened", () => {
  expect(paths([{ at, ok: 0, denied: 0, error: 0 }])).toEqual([
    ["denied", ""],
    ["error", ""],
    ["ok", ""],
  ]);
});
