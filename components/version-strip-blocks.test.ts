import { expect, test } from "vitest";
import type { KeyState } from "#lib/domain/key-state.ts";
import { stripBlocks, stripSentence, type VersionSlice } from "./version-strip-blocks.ts";

const slice = (number: number, state: KeyState, deks: number | null): VersionSlice => ({
  number,
  state,
  deks,
});

test("blocks go from the oldest to the newest, whatever order they came in", () => {
  const blocks = stripBlocks([slice(3, "active", 5), slice(1, "destroyed", 0), slice(2, "deactivated", 7)]);
  expect(blocks.map(({ label }) => label)).toEqual(["v1", "v2", "v3"]);
});

test("a rewrap moves older versions that still protect something, and nothing else", () => {
  const blocks = stripBlocks(
    [
      slice(1, "destroyed", 0),
      slice(2, "deactivated", 0),
      slice(3, "compromised", 4),
      slice(4, "deactivated", null),
      slice(5, "active", 9),
    ],
    5,
  );
  expect(blocks.filter(({ moving }) => moving).map(({ label }) => label)).toEqual(["v3", "v4"]);
  expect(
    stripBlocks([slice(1, "deactivated", 4), slice(2, "active", 0)], null).some(({ moving }) => moving),
  ).toBe(false);
});

test("a long tail of empty versions becomes one block that says how many it is", () => {
  const old = Array.from({ length: 40 }, (_, index) => slice(index + 1, "deactivated", 0));
  const blocks = stripBlocks([...old, slice(41, "active", 900)]);
  expect(blocks.map(({ label }) => label)).toEqual(["v1 to v35", "v36", "v37", "v38", "v39", "v40", "v41"]);
  expect(blocks[0]?.count).toBe(35);
});

test("versions that still protect something are never merged", () => {
  const versions = Array.from({ length: 30 }, (_, index) => slice(index + 1, "deactivated", 1));
  expect(stripBlocks(versions)).toHaveLength(30);
});

test("the sentence says states, counts and what moves, newest first", () => {
  const blocks = stripBlocks([slice(1, "deactivated", 1_284_371), slice(2, "active", 217_718)], 2);
  expect(stripSentence("default", blocks, 2)).toBe(
    "Key default, 2 versions: v2, active, 217,718 DEKs; v1, deactivated, 1,284,371 DEKs, to be moved to v2.",
  );
});

test("the sentence of a long strip says how many it leaves out", () => {
  const blocks = stripBlocks(Array.from({ length: 9 }, (_, index) => slice(index + 1, "deactivated", 1)));
  expect(stripSentence("default", blocks)).toMatch(/; and 3 older\.$/);
});

test("an unknown census is said, not drawn as zero", () => {
  const blocks = stripBlocks([slice(1, "active", null)]);
  expect(stripSentence("default", blocks)).toContain("an unknown number of DEKs");
});
