import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { Button } from "./button.tsx";

test("a pending button says so and keeps the focus", () => {
  const html = renderToStaticMarkup(
    <Button type="submit" pending>
      Rotate key
    </Button>,
  );
  expect(html).toContain('aria-busy="true"');
  expect(html).not.toContain(" disabled=");
});
