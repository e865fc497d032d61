import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signCheckpoint } from "#lib/audit/checkpoint.ts";
import type { Anchor } from "../anchor-file.ts";
import { appendNotes, openAnchor, readAnchorTail, readVkey, writeVkey } from "../anchor-file.ts";

let dir: string;
let anchor: Anchor;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "keyfold-anchor-"));
  anchor = await openAnchor(dir);
});
afterAll(() => rmSync(dir, { recursive: true }));

const seeds = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
const noteOf = (size: number, by = seeds.slice(0, 1)): string =>
  signCheckpoint(
    { deployment: "0190f3a0-b2c4-7def-8123-456789abcdef", epoch: 1, size, root: new Uint8Array(32) },
    by,
  );
const one = noteOf(1);

describe("the end of the anchor file", () => {
  it("is nothing where there is no file, or an empty one", async () => {
    expect(await readAnchorTail(anchor)).toEqual({ note: null, torn: "", bytes: 0 });
    writeFileSync(anchor.checkpoints, "");
    expect(await readAnchorTail(anchor)).toEqual({ note: null, torn: "", bytes: 0 });
  });

  it("is the last whole note, and what was torn after it, wherever it was torn", async () => {
    const whole = `${one}\n`;
    const next = `${noteOf(2)}\n`;
    for (let cut = 0; cut < next.length; cut += 1) {
      writeFileSync(anchor.checkpoints, whole + next.slice(0, cut));
      expect(await readAnchorTail(anchor)).toMatchObject({ note: one, torn: next.slice(0, cut) });
      writeFileSync(anchor.checkpoints, next.slice(0, cut));
      expect(await readAnchorTail(anchor)).toMatchObject({ note: null, torn: next.slice(0, cut) });
    }
  });

  it("is found in a long file, also when the piece that is read begins inside a note", async () => {
    const padding = Array.from({ length: 200 }, (_, i) => `${noteOf(i + 1, i % 2 ? seeds : undefined)}\n`);
    for (let drop = 0; drop < 40; drop += 1) {
      const last = noteOf(10 ** (drop % 9) + 500, seeds);
      writeFileSync(anchor.checkpoints, `${padding.slice(drop).join("")}${last}\n`);
      expect((await readAnchorTail(anchor)).note).toBe(last);
    }
    const torn = "x".repeat(100_000);
    writeFileSync(anchor.checkpoints, `${one}\n${torn}`);
    expect(await readAnchorTail(anchor)).toMatchObject({ note: one, torn });
  });
});

describe("an append", () => {
  it("completes a torn record and refuses to append to what it is not the beginning of", async () => {
    const next = `${noteOf(2)}\n`;
    writeFileSync(anchor.checkpoints, `${one}\n${next.slice(0, 70)}`);
    const tail = await readAnchorTail(anchor);
    await expect(appendNotes(anchor, tail, [noteOf(3)])).rejects.toMatchObject({ reason: "anchor_invalid" });
    await expect(appendNotes(anchor, tail, [])).rejects.toMatchObject({ reason: "anchor_invalid" });
    await appendNotes(anchor, tail, [noteOf(2), noteOf(3)]);
    expect(readFileSync(anchor.checkpoints, "utf8")).toBe(`${one}\n${next}${noteOf(3)}\n`);
  });
});

describe("the verifier key", () => {
  it("is written once and never replaced", async () => {
    expect(await readVkey(anchor)).toBeNull();
    await writeVkey(anchor, "first");
    await writeVkey(anchor, "second");
    expect(await readVkey(anchor)).toBe("first");
  });
});
