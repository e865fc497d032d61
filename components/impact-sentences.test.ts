import { expect, it } from "vitest";
import { useSentence } from "./impact-sentences.ts";

const NOW = "2026-11-22T12:00:00.000Z";
const uses = [
  { version: 1, read: "2026-11-22T11:59:46.000Z", written: null },
  { version: 2, read: "2026-11-22T09:00:00.000Z", written: "2026-11-22T11:57:30.000Z" },
  { version: 3, read: null, written: "2026-11-22T12:00:02.000Z" },
];

it("says when the versions that are named were last used, in the words of every list", () => {
  expect(useSentence(uses, [1, 2], NOW)).toBe("Last read 14 s ago, last written 2 min ago.");
  expect(useSentence(uses, [2], NOW)).toBe("Last read 3 h ago, last written 2 min ago.");
  expect(useSentence(uses, [3], NOW)).toBe("Last written just now.");
  expect(useSentence(uses, [4], NOW)).toContain("No use of it");
});
