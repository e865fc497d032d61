import { expect, it } from "vitest";
import { slugOf, slugProblems } from "./slug-of.ts";

it.each([
  ["Northwind", "northwind"],
  ["Acme Büro GmbH", "acme-buro-gmbh"],
  ["  Société Générale & Cie. ", "societe-generale-cie"],
  ["数据", ""],
  [`${"a".repeat(62)} b`, "a".repeat(62)],
])("suggests for %s the slug %s", (name, slug) => {
  expect(slugOf(name)).toBe(slug);
});

it("says what is wrong while it is typed", () => {
  expect(slugProblems("Acme Inc")).toEqual([expect.stringContaining("lower-case letters")]);
  expect(slugProblems("-acme")).toHaveLength(1);
  for (const fine of ["", "a", "acme", "acme_2-b"]) expect(slugProblems(fine)).toBeUndefined();
});
