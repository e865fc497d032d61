import { expect, test } from "vitest";
import { shortId } from "./short-id.ts";

test("two UUIDs of the same minute stay apart, and a version keeps its number", () => {
  expect(shortId("01a20280-f326-7de5-b8aa-0123456789ab")).toBe("01a20280-f326");
  expect(shortId("01a20280-72f3-7de5-b8aa-0123456789ab/12")).toBe("01a20280-72f3/12");
});

test("a word is not cut, only what no column could hold", () => {
  expect(shortId("customers")).toBe("customers");
  expect(shortId("x".repeat(40))).toBe(`${"x".repeat(32)}…`);
});
