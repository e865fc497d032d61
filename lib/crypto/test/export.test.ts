import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodeBase64 } from "../base64.ts";
import { decryptField } from "../envelope.ts";
import { kekFromBytes } from "../kek.ts";
import envelopes from "../vectors/envelope.json" with { type: "json" };
import exports from "../vectors/export.json" with { type: "json" };
import wrapped from "../vectors/wrapped-dek.json" with { type: "json" };
import { unwrapDek } from "../wrapped-dek.ts";
import { fromHex } from "./code-of.ts";

const document = readFileSync(new URL("../../../docs/formats.md", import.meta.url), "utf8");

describe("an exported record", () => {
  it.each(exports)("opens with its KEK alone: $name", ({ kek: hex, body, values }) => {
    const kek = kekFromBytes({ keyId: body.key_id, version: body.key_version }, fromHex(hex));
    const dek = unwrapDek(kek, decodeBase64(body.wrapped_dek), body);
    expect(dek.id).toBe(body.dek_id);
    const opened = Object.entries(body.fields).map(([name, { context, ciphertext }]) => [
      name,
      decryptField(dek, context, decodeBase64(ciphertext)).toString(),
    ]);
    expect(Object.fromEntries(opened)).toEqual(values);
  });
});

describe("docs/formats.md", () => {
  it("shows the vectors as they are", () => {
    expect(document).toContain(`\n${envelopes.positive[0]?.envelope}\n`);
    expect(document).toContain(`\n${wrapped.positive[0]?.wrapped}\n`);
    for (const { kek, body } of exports) {
      expect(document).toContain(kek);
      expect(document).toContain(`\n${JSON.stringify(body, null, 2)}\n`);
    }
  });

  it("has every section that it links to, and that the code cites", () => {
    const slugs = new Set(
      [...document.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
        title
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N} -]/gu, "")
          .replaceAll(" ", "-"),
      ),
    );
    const cited = [...document.matchAll(/\]\(#([^)]+)\)/g), ...citations()].map(([, slug]) => slug);
    expect(cited.length).toBeGreaterThan(30);
    expect(cited.filter((slug) => !slugs.has(slug ?? ""))).toEqual([]);
  });
});

const CITING = [
  "encryption-context",
  "envelope-format",
  "wrapped-dek-format",
  "kek-payload",
  "keyring",
  "row-mac",
  "grant-mac",
  "seal-format",
  "storage-form",
  "../kms/cmk-file",
  "../kms/local-blob",
];

const citations = () =>
  CITING.flatMap((name) => {
    const found = [
      ...readFileSync(new URL(`../${name}.ts`, import.meta.url), "utf8").matchAll(
        /formats\.md#([a-z0-9-]+)/g,
      ),
    ];
    expect(found.length, `${name} cites its section`).toBeGreaterThan(0);
    return found;
  });
