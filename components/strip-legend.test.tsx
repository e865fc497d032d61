import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { StripLegend } from "./strip-legend.tsx";

const words = (html: string): string => html.replaceAll(/<[^>]*>/g, "|");

test("the legend names the states that are there, and says what a narrow block is", () => {
  const html = words(
    renderToStaticMarkup(
      <StripLegend
        slices={[
          { state: "deactivated", deks: 0 },
          { state: "active", deks: 20 },
        ]}
      />,
    ),
  );
  expect(html).toMatch(/Active.*Deactivated.*the narrowest has none/);
  expect(html).not.toMatch(/Compromised|moved/);
});

test("where every block has DEKs nothing is said of those without, and a rewrap has its entry", () => {
  const html = words(renderToStaticMarkup(<StripLegend moving slices={[{ state: "active", deks: 20 }]} />));
  expect(html).toContain("To be moved by a job");
  expect(html).not.toContain("has none");
});

test("no keys, no legend", () => {
  expect(renderToStaticMarkup(<StripLegend slices={[]} />)).toBe("");
});
