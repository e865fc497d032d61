// The reader in Python (see formats.test.ts) over logs that are made here: trees, heads, exports and checkpoints.
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { hasPython, NO_PYTHON, runReader } from "#e2e/readers/run-reader.ts";
import { originOf, signCheckpoint } from "#lib/audit/checkpoint.ts";
import { formatVkey, noteKey, publicKeyOf } from "#lib/audit/note.ts";

const tenant = "0190f3a0-b2c4-7def-8123-4567890000aa";
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const sha256 = (...parts: (string | Uint8Array)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

/** The definition of RFC 6962 as it is written, where the reader adds leaf by leaf. */
const root = (leaves: readonly string[]): Buffer => {
  if (leaves.length < 2) return leaves[0] === undefined ? sha256("") : sha256("\0", leaves[0]);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256("\x01", root(leaves.slice(0, split)), root(leaves.slice(split)));
};

const entry = (n: number, of: string | null = tenant) =>
  [
    `{"action":"key.rotated","actor":{"id":"keeper-1","type":"keeper"},"detail":{"n":${n},"text":"é\\n\u007f"}`,
    `"id":"${tenant}","outcome":"ok","req":"r","source":"keeper","t":"2026-11-22T09:30:00.000Z"`,
    `"target":{"id":"k","type":"key"},"tenant":${JSON.stringify(of)},"v":1}`,
  ].join(",");
const head = (size: number, leaves: readonly string[]) =>
  `keyfold.head/v1\n${tenant}\n${size}\n${base64(root(leaves.slice(0, size)))}\n`;
const exported = (leaf: string, index: number | null, log = "acme") =>
  `{"leaf_index":${index},"log":"${log}","entry":${leaf}}`;
const entries = Array.from({ length: 6 }, (_, n) => entry(n));
const leaves = [entry(0, null), head(2, entries), entry(1, null), head(5, entries)];
const written = leaves.map((leaf) => (leaf.startsWith("{") ? leaf : JSON.stringify(leaf)));

if (!hasPython) {
  test("the second reader of the log", () => {
    console.info(NO_PYTHON);
  });
} else {
  const folder = mkdtempSync(join(tmpdir(), "keyfold-reader-log-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const log = (lines: readonly string[], options: readonly string[] = []) => {
    const run = runReader(["log", file("log.jsonl", lines.join("\n")), ...options]);
    return { status: run.status, trees: run.lines, failure: run.failures[0] };
  };

  describe("leaves", () => {
    test("give the roots of tenants' trees, of many sizes", () => {
      const trees = Array.from({ length: 33 }, (_, n) => {
        const of = tenant.slice(0, -2) + (n + 10);
        return { of, leaves: Array.from({ length: n + 1 }, (_, index) => entry(index, of)) };
      });
      expect(log(trees.flatMap((tree) => tree.leaves))).toEqual({
        status: 0,
        trees: trees.map((tree) => ({
          tree: tree.of,
          size: tree.leaves.length,
          root: base64(root(tree.leaves)),
        })),
        failure: undefined,
      });
    });

    test("give the root of the global tree, and the heads in it are checked", () => {
      const global = { tree: "global", size: 4, root: base64(root(leaves)) };
      expect(log([...entries, ...written]).trees).toEqual([
        { tree: tenant, size: 6, root: base64(root(entries)) },
        { ...global, heads_checked: 2, heads_unchecked: 0 },
      ]);
      expect(log(written).trees).toEqual([{ ...global, heads_checked: 0, heads_unchecked: 2 }]);
    });

    const heads = [2, 5].map((size) => JSON.stringify(head(size, entries)));
    test.each([
      ["an entry that is not canonical", "ENTRY_INVALID", [entry(0).replace(":", ": ")], 1],
      ["an unknown version", "ENTRY_INVALID", [entry(0), entry(1).replace('"v":1', '"v":2')], 2],
      ["a member too few", "ENTRY_INVALID", [entry(0).replace('"outcome":"ok",', "")], 1],
      ["a carriage return", "ENTRY_INVALID", [`${entry(0)}\r`, entry(1)], 1],
      ["an empty line", "ENTRY_INVALID", [entry(0), "", entry(1)], 2],
      ["a head that is none", "ENTRY_INVALID", [JSON.stringify("keyfold.head/v2\n")], 1],
      ["heads that go back", "HEAD_INCONSISTENT", heads.toReversed(), 2],
      ["a changed entry below a head", "ROOT_MISMATCH", [...entries.with(3, entry(99)), ...heads], 8],
      ["a lost entry", "TREE_TRUNCATED", [...entries.slice(0, 4), ...heads], 6],
    ])("with %s are refused as %s", (_, code, lines, line) => {
      const { status, trees, failure } = log(lines);
      expect([status, trees]).toEqual([1, []]);
      expect(failure).toMatchObject({ line, code });
    });
  });

  describe("an export", () => {
    const lines = entries.map((leaf, index) => exported(leaf, index)).toReversed();

    test("gives the tenant's root, whatever the order of its lines, and says what has no place yet", () => {
      expect(log([exported(entry(9), null), ...lines])).toMatchObject({
        status: 0,
        trees: [{ tree: tenant, size: 6, root: base64(root(entries)), unplaced: 1 }],
      });
    });

    test("of the operator's entries gives no root: the heads are not in it", () => {
      expect(
        log([exported(entry(1, null), 2, "global"), exported(entry(0, null), 0, "global")]).trees,
      ).toEqual([{ tree: "global", size: null, root: null, entries: 2 }]);
    });

    test.each([
      ["a gap", "LEAF_MISSING", lines.toSpliced(3, 1), null],
      ["no beginning", "LEAF_MISSING", lines.slice(0, -1), null],
      ["an index twice", "LEAF_REPEATED", [...lines, exported(entry(7), 0)], 7],
      ["an entry of another log", "ENTRY_FOREIGN", [exported(entry(0), 0, "global")], 1],
      [
        "an entry that was changed into something else",
        "ENTRY_INVALID",
        ['{"leaf_index":0,"log":"acme","entry":null,"entry_b64":"eA=="}'],
        1,
      ],
      ["a member more", "ENTRY_INVALID", [`${exported(entry(0), 0).slice(0, -1)},"x":1}`], 1],
      ["bare leaves in it", "ENTRY_INVALID", [...lines, entry(6)], null],
    ])("with %s is refused as %s", (_, code, part, line) => {
      const { status, trees, failure } = log(part);
      expect([status, trees]).toEqual([1, []]);
      expect(failure).toMatchObject({ line, code });
    });
  });

  describe("checkpoints", () => {
    const deployment = "0190f3a0-b2c4-7def-8123-4567890000dd";
    const seed = new Uint8Array(32).fill(7);
    const vkey = formatVkey(noteKey(originOf(deployment, 1), publicKeyOf(seed)));
    const sign = (size: number, of = leaves, by = seed) =>
      signCheckpoint({ deployment, epoch: 1, size, root: root(of.slice(0, size)) }, [by]);
    const anchored = (notes: readonly string[], torn = "", key = vkey) => [
      "--anchor",
      file("checkpoints.log", notes.map((note) => `${note}\n`).join("") + torn),
      "--vkey",
      file("log.vkey", `${key}\n`),
    ];

    test.each([[[]], [["--pure-python"]]])("hold the global tree %j", (options) => {
      // The last record was cut off by a crash.
      const anchor = anchored([sign(2), sign(4)], sign(4).slice(0, -10));
      expect(log([...entries, ...written], [...anchor, ...options])).toMatchObject({
        status: 0,
        trees: [{ tree: tenant }, { tree: "global", heads_checked: 2, checkpoints_checked: 2 }],
      });
    });

    test.each([
      ["of another root", "ANCHOR_ROOT", [sign(2), sign(3, leaves.with(1, entry(5, null)))]],
      ["of a larger tree", "ANCHOR_AHEAD", [sign(4), sign(5, [...leaves, entry(5, null)])]],
      ["that go back", "ANCHOR_ORDER", [sign(4), sign(2)]],
      ["by another key", "ANCHOR_INVALID", [sign(2, leaves, new Uint8Array(32).fill(8))]],
      ["that were changed", "ANCHOR_INVALID", [sign(4).replace("\n4\n", "\n3\n")]],
    ])("%s are refused as %s", (_, code, notes) => {
      for (const options of [[], ["--pure-python"]]) {
        const { status, trees, failure } = log(written, [...anchored(notes), ...options]);
        expect([status, trees]).toEqual([1, []]);
        expect(failure).toMatchObject({ line: null, code });
      }
    });
  });
}
