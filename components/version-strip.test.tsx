import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { VersionStrip } from "./version-strip.tsx";

const render = (movingTo: number | null) =>
  renderToStaticMarkup(
    <VersionStrip
      keyName="default"
      movingTo={movingTo}
      versions={[
        { number: 1, state: "destroyed", deks: 0 },
        { number: 2, state: "deactivated", deks: 300 },
        { number: 3, state: "active", deks: 100 },
      ]}
    />,
  );

test("the strip is one picture with a sentence", () => {
  const html = render(null);
  expect(html.match(/role="img"/g)).toHaveLength(1);
  expect(html).toContain(
    'aria-label="Key default, 3 versions: v3, active, 100 DEKs; v2, deactivated, 300 DEKs; v1, destroyed, no DEKs."',
  );
});

test("a block is as wide as its DEKs, and an empty one does not grow", () => {
  expect(Array.from(render(null).matchAll(/flex-grow:(\d+)/g), ([, grow]) => grow)).toEqual([
    "0",
    "300",
    "100",
  ]);
});

test("only what a rewrap moves is hatched", () => {
  expect(render(null)).not.toContain("hatch-moving");
  expect(render(3).match(/hatch-moving/g)).toHaveLength(1);
});
