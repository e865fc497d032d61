import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = dirname(import.meta.dirname);
const FILES = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && file !== "package-lock.json");
const PLACES = new Set(FILES.flatMap((file) => [file, ...foldersOf(file)]));
const TEXTS = FILES.filter((file) => /\.(ts|tsx|mjs|sql|md)$/.test(file));

function foldersOf(file: string): string[] {
  const parts = file.split("/").slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join("/"));
}

const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

/** A heading as the address within its page. */
const slugOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll("_", "")
    .replaceAll(" ", "-");

const headingsOf = (file: string): string[] =>
  [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => slugOf(heading));

/** Why a place in the repository, with or without a heading, is not there. */
const faultOf = (target: string): string | null => {
  const [file = "", heading] = target.split("#");
  if (!PLACES.has(file)) return "is not there";
  return heading === undefined || headingsOf(file).includes(heading) ? null : "has no such heading";
};

const faults = (found: readonly { at: string; target: string }[]): string[] =>
  found.flatMap(({ at, target }) => {
    const fault = faultOf(target);
    return fault === null ? [] : [`${at}: ${target} ${fault}`];
  });

describe("what points to a page", () => {
  it("in pages leads somewhere", () => {
    const links = TEXTS.filter((file) => file.endsWith(".md")).flatMap((at) =>
      [...read(at).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, to = ""]) => ({
        at,
        target: to.startsWith("#") ? `${at}${to}` : normalize(join(dirname(at), to)).replace(/\/$/, ""),
      })),
    );
    expect(links.length).toBeGreaterThan(50);
    expect(faults(links)).toEqual([]);
  });

  it("in code, as docs/….md or docs/….md#heading, leads somewhere", () => {
    const mentions = TEXTS.filter((at) => at !== "docs/links.test.ts").flatMap((at) =>
      [...read(at).matchAll(/\bdocs\/[\w/-]+\.md(?:#[\w-]+)?/g)].map(([target]) => ({ at, target })),
    );
    expect(mentions.length).toBeGreaterThan(50);
    expect(faults(mentions)).toEqual([]);
  });
});
