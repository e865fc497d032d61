import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { Copyable } from "./copyable.tsx";

const ID = "01a20280-72f3-7de5-b8aa-0123456789ab";

test.each([
  [ID, "01a20280-72f3"],
  [`${ID}/12`, "01a20280-72f3/12"],
  ["x".repeat(40), `${"x".repeat(32)}…`],
])("the name of the button for %s holds what it shows, and the whole", (value, shown) => {
  const html = renderToStaticMarkup(<Copyable value={value} label="version id" short />);
  const [, name] = /aria-label="([^"]*)"/.exec(html) ?? [];
  expect(html).toContain(`>${shown}</span>`);
  expect(name).toMatch(/^Copy version id /);
  expect(name).toContain(shown);
  expect(name?.endsWith(value)).toBe(true);
});
