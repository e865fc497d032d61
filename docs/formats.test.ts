// Runs the second reader (e2e/readers/keyfold_reader.py), which follows docs/formats.md and shares no code, over the document's own
// examples, over the vectors, and over what must not open. The reader is Python, which Keyfold itself does not need:
// where there is no python3, nothing is run and one line says so.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { hasPython, NO_PYTHON, runReader } from "#e2e/readers/run-reader.ts";

type Field = { context: Record<string, string>; ciphertext: string };
type Export = {
  collection: string;
  record: string;
  key_id: string;
  key: string;
  key_version: number;
  dek_id: string;
  kms_key_id: string;
  wrapped_dek: string;
  purpose: string;
  tenant: string;
  fields: Record<string, Field>;
};
type Code = "ENVELOPE_MALFORMED" | "ENVELOPE_UNSUPPORTED" | "DECRYPT_FAILED" | "INVALID_INPUT";

const documentPath = fileURLToPath(new URL("./formats.md", import.meta.url));
const vectors = fileURLToPath(new URL("../lib/crypto/vectors", import.meta.url));
const document = readFileSync(documentPath, "utf8");

function open(lines: unknown[], keys: string[]) {
  const input = lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join("");
  const { status, lines: values, failures } = runReader(["open", ...keys], input);
  return { status, values, failures };
}

function fenced(marker: string): string {
  const start = document.indexOf(marker);
  const text = /```\w*\n([\s\S]*?)```/.exec(document.slice(start))?.[1];
  if (start < 0 || text === undefined) throw new Error(`docs/formats.md has no block after "${marker}"`);
  return text.trim();
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const flip = (bytes: Buffer, at: number) =>
  Buffer.from(bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)));
const put = (bytes: Buffer, at: number, value: number) =>
  Buffer.from(bytes.map((byte, index) => (index === at ? value : byte)));

// The worked example in the shape of an export: a tenant that is no UUID, key version 7, one field.
const kek = /^KEK +([0-9a-f]{64})$/m.exec(document)?.[1] ?? "";
const envelope = Buffer.from(fenced("The envelope, 121 bytes"), "hex");
const wrapped = Buffer.from(fenced("The wrapped DEK, 101 bytes"), "hex");
const context = { tenant: "t_acme", collection: "customers", record: "42", field: "email" };
const example: Export = {
  collection: "customers",
  record: "42",
  key_id: "0190f3a0-b2c4-7def-8123-456789abcd01",
  key: "default",
  key_version: 7,
  dek_id: "0190f3a0-b2c4-7def-8123-456789abcdef",
  kms_key_id: "local:0190f3a0-b2c4-7def-8123-456789abcc01",
  wrapped_dek: base64(wrapped),
  purpose: "default",
  tenant: "t_acme",
  fields: { email: { context, ciphertext: base64(envelope) } },
};
const withEnvelope = (bytes: Uint8Array) => withField({ context, ciphertext: base64(bytes) });
const withField = (email: Field): Export => ({ ...example, fields: { email } });
const withWrapped = (bytes: Uint8Array): Export => ({ ...example, wrapped_dek: base64(bytes) });

const exported: Export = JSON.parse(fenced("And a whole export"));
const exportedKek = /with the KEK `([0-9a-f]{64})`/.exec(document)?.[1] ?? "";
const exportedValues = Object.entries({
  email: "alice@example.com",
  note: "Zoë prefers 電話 🔑",
  phone: "",
}).map(([field, value]) => ({ collection: "customers", record: "42", field, value }));

/** Every case answers its code, and no value is printed. */
function refuses(cases: [string, Code, unknown][], keys = ["--kek", kek]) {
  const { status, values, failures } = open(
    cases.map(([, , line]) => line),
    keys,
  );
  expect(cases.map(([name], index) => [name, failures[index]?.line, failures[index]?.code])).toEqual(
    cases.map(([name, code], index) => [name, index + 1, code]),
  );
  expect(failures).toHaveLength(cases.length);
  expect(values).toEqual([]);
  expect(status).toBe(1);
}

if (!hasPython) {
  test("the second reader", () => {
    console.info(NO_PYTHON);
  });
} else {
  const folder = mkdtempSync(join(tmpdir(), "keyfold-reader-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  describe("the document's examples", () => {
    test.each([
      ["with the AES-GCM at hand", []],
      ["with that of the reader itself", ["--pure-python"]],
    ])("come out exactly, %s", (_, options) => {
      const { status, lines, err } = runReader(["verify-document", documentPath, ...options]);
      expect(err).toBe("");
      expect(lines).toHaveLength(17);
      expect(lines.filter((line) => !line.ok)).toEqual([]);
      expect(status).toBe(0);
    });

    test.each([[[]], [["--pure-python"]]])("and so do the vectors %j", (options) => {
      const { status, lines, err } = runReader(["verify-vectors", vectors, ...options]);
      expect(err).toBe("");
      expect(lines.length).toBeGreaterThan(300);
      expect(lines.filter((line) => !line.ok)).toEqual([]);
      expect(status).toBe(0);
    });

    test.each([[[]], [["--pure-python"]]])("the exported record opens %j", (options) => {
      expect(open([exported], ["--kek", exportedKek, ...options])).toEqual({
        status: 0,
        values: exportedValues,
        failures: [],
      });
    });

    test("records under several KEKs open with a file of KEKs", () => {
      // As `keyfold recover --keks` writes them, with the fields in the same stream.
      const keks = [
        { key_id: example.key_id, version: 3, kek: exportedKek },
        { key_id: example.key_id, version: 7, kek },
        { tenant: "acme", collection: "customers", record: "42", field: "email", value: "alice@example.com" },
      ];
      const path = file("keks.jsonl", keks.map((line) => JSON.stringify(line)).join("\n"));
      const { status, values } = open([example, exported], ["--keks", path]);
      expect(values).toEqual([exportedValues[0], ...exportedValues]);
      expect(status).toBe(0);
    });
  });

  describe("what must not open", () => {
    test("an envelope with any one bit changed", () => {
      const code = (at: number): Code =>
        at < 3 ? "ENVELOPE_MALFORMED" : at < 8 ? "ENVELOPE_UNSUPPORTED" : "DECRYPT_FAILED";
      refuses([...envelope.keys()].map((at) => [`byte ${at}`, code(at), withEnvelope(flip(envelope, at))]));
    });

    test("a wrapped DEK with any one bit changed", () => {
      const code = (at: number): Code =>
        at < 3 ? "ENVELOPE_MALFORMED" : at < 5 ? "ENVELOPE_UNSUPPORTED" : "DECRYPT_FAILED";
      refuses([...wrapped.keys()].map((at) => [`byte ${at}`, code(at), withWrapped(flip(wrapped, at))]));
    });

    test("the same with the reader's own AES-GCM", () => {
      refuses(
        [
          ["commitment", "DECRYPT_FAILED", withEnvelope(flip(envelope, 60))],
          ["ciphertext", "DECRYPT_FAILED", withEnvelope(flip(envelope, 90))],
          ["tag", "DECRYPT_FAILED", withEnvelope(flip(envelope, 120))],
          ["wrapped DEK", "DECRYPT_FAILED", withWrapped(flip(wrapped, 60))],
        ],
        ["--kek", kek, "--pure-python"],
      );
    });

    test("an envelope or a wrapped DEK of any other length", () => {
      refuses([
        ...[...envelope.keys()].map((length): [string, Code, Export] => [
          `envelope of ${length}`,
          length < 104 ? "ENVELOPE_MALFORMED" : "DECRYPT_FAILED",
          withEnvelope(envelope.subarray(0, length)),
        ]),
        ["envelope of 122", "DECRYPT_FAILED", withEnvelope(Buffer.concat([envelope, Buffer.alloc(1)]))],
        ...[...wrapped.keys()].map((length): [string, Code, Export] => [
          `wrapped DEK of ${length}`,
          "ENVELOPE_MALFORMED",
          withWrapped(wrapped.subarray(0, length)),
        ]),
        ["wrapped DEK of 102", "ENVELOPE_MALFORMED", withWrapped(Buffer.concat([wrapped, Buffer.alloc(1)]))],
      ]);
    });

    test("unknown and reserved forms, at any length", () => {
      const unknown = "ENVELOPE_UNSUPPORTED";
      refuses([
        ["KFE version 2", unknown, withEnvelope(put(envelope, 3, 2))],
        ["KFE version 2, short", unknown, withEnvelope(put(envelope, 3, 2).subarray(0, 20))],
        ["KFE version 0", unknown, withEnvelope(put(envelope, 3, 0))],
        ["suite 0578", unknown, withEnvelope(put(envelope, 4, 5))],
        ["a flag", unknown, withEnvelope(put(envelope, 7, 1))],
        ["KFW version 2", unknown, withWrapped(put(wrapped, 3, 2))],
        ["KFW version 2, long", unknown, withWrapped(Buffer.concat([put(wrapped, 3, 2), wrapped]))],
        ["mode 02", unknown, withWrapped(put(wrapped, 4, 2))],
        ["mode 03", unknown, withWrapped(put(wrapped, 4, 3))],
        ["KFS", "ENVELOPE_MALFORMED", withEnvelope(put(envelope, 2, 0x53))],
        ["a wrapped DEK for an envelope", "ENVELOPE_MALFORMED", withEnvelope(wrapped)],
        ["an envelope for a wrapped DEK", "ENVELOPE_MALFORMED", withWrapped(envelope)],
      ]);
    });

    test("another context", () => {
      const ciphertext = base64(envelope);
      const moved = (pairs: Record<string, string>) => withField({ context: pairs, ciphertext });
      const { tenant: _, ...noTenant } = context;
      const many = Object.fromEntries(Array.from({ length: 13 }, (_, n) => [`p${n}`, ""]));
      refuses([
        // Told as it is all around, and still not where the value was written.
        [
          "record",
          "DECRYPT_FAILED",
          { ...example, record: "43", ...fields({ ...context, record: "43" }, "email") },
        ],
        [
          "collection",
          "DECRYPT_FAILED",
          { ...example, collection: "leads", ...fields({ ...context, collection: "leads" }, "email") },
        ],
        ["field", "DECRYPT_FAILED", { ...example, ...fields({ ...context, field: "phone" }, "phone") }],
        ["tenant of the value", "DECRYPT_FAILED", moved({ ...context, tenant: "t_evil" })],
        ["tenant of the DEK", "DECRYPT_FAILED", { ...example, tenant: "t_evil" }],
        ["purpose", "DECRYPT_FAILED", { ...example, purpose: "other" }],
        ["one pair more", "DECRYPT_FAILED", moved({ ...context, rev: "1" })],
        ["one pair less", "INVALID_INPUT", moved(noTenant)],
        ["17 pairs", "INVALID_INPUT", moved({ ...context, ...many })],
        ["a name of 65 bytes", "INVALID_INPUT", moved({ ...context, ["n".repeat(65)]: "" })],
        ["an empty name", "INVALID_INPUT", moved({ ...context, "": "" })],
        ["a value of 1,025 bytes", "INVALID_INPUT", moved({ ...context, rev: "v".repeat(1025) })],
        ["a lone surrogate", "INVALID_INPUT", moved({ ...context, rev: "\ud800" })],
        // The context fits the value, but not the name that the export gives it.
        ["under another field's name", "DECRYPT_FAILED", { ...example, ...fields(context, "phone") }],
        ["under another record's name", "DECRYPT_FAILED", { ...example, record: "43" }],
        ["under another collection's name", "DECRYPT_FAILED", { ...example, collection: "leads" }],
      ]);

      function fields(pairs: Record<string, string>, name: string) {
        return { fields: { [name]: { context: pairs, ciphertext } } };
      }
    });

    test("another key", () => {
      refuses([["KEK", "DECRYPT_FAILED", example]], ["--kek", exportedKek]);
      const wrong = { key_id: example.key_id, version: 7, kek: exportedKek };
      const older = { key_id: example.key_id, version: 6, kek };
      for (const line of [wrong, older]) {
        refuses(
          [["KEK of the file", "DECRYPT_FAILED", example]],
          ["--keks", file("wrong.jsonl", JSON.stringify(line))],
        );
      }
      refuses([
        ["key version", "DECRYPT_FAILED", { ...example, key_version: 8 }],
        ["key version 0", "DECRYPT_FAILED", { ...withWrapped(put(wrapped, 40, 0)), key_version: 0 }],
        ["key id", "DECRYPT_FAILED", { ...example, key_id: example.dek_id }],
        ["DEK id", "DECRYPT_FAILED", { ...example, dek_id: example.key_id }],
        [
          "an envelope under another DEK",
          "DECRYPT_FAILED",
          withField({ context, ciphertext: exported.fields["email"]?.ciphertext ?? "" }),
        ],
      ]);
    });

    test("base64 that is not canonical, and lines that are no export", () => {
      const text = base64(envelope);
      const { wrapped_dek: _, ...noDek } = example;
      const bad = "ENVELOPE_MALFORMED";
      const written = (ciphertext: string) => withField({ context, ciphertext });
      expect(text.endsWith("0Q==")).toBe(true);
      refuses([
        ["no padding", bad, written(text.replace(/=+$/, ""))],
        ["more padding", bad, written(`${text}=`)],
        ["bits that are not needed", bad, written(text.replace("0Q==", "0R=="))],
        ["base64url", bad, written(`${text.slice(0, 40)}-${text.slice(41)}`)],
        ["a line feed", bad, written(`${text}\n`)],
        ["a line feed inside", bad, written(`${text.slice(0, 76)}\r\n${text.slice(76)}`)],
        ["a blank", bad, written(` ${text}`)],
        ["nothing", bad, written("")],
        ["no JSON", bad, "{"],
        ["no object", bad, "[]"],
        ["a name twice", bad, JSON.stringify(example).replace("{", '{"record":"41",')],
        ["no wrapped DEK", bad, noDek],
        ["a version that is text", bad, { ...example, key_version: "7" }],
        [
          "a context that is not text",
          bad,
          withField({ context: { ...context, rev: 1 } as never, ciphertext: text }),
        ],
      ]);
    });

    test("one damaged field leaves the others, and the exit says so", () => {
      const note = exported.fields["note"] as Field;
      const damaged = { ...note, ciphertext: base64(flip(Buffer.from(note.ciphertext, "base64"), 99)) };
      const record = { ...exported, fields: { ...exported.fields, note: damaged } };
      const { status, values, failures } = open([record], ["--kek", exportedKek]);
      expect(values).toEqual(exportedValues.filter(({ field }) => field !== "note"));
      expect(failures).toEqual([
        { line: 1, collection: "customers", record: "42", field: "note", code: "DECRYPT_FAILED" },
      ]);
      expect(status).toBe(1);
    });

    test("without a usable key nothing is read, and the key is not repeated", () => {
      for (const keys of [[], ["--kek", kek.slice(1)], ["--keks", file("bad.jsonl", `{"kek":"${kek}"`)]]) {
        const { status, out, err } = runReader(["open", ...keys], JSON.stringify(example));
        expect([status, out]).toEqual([2, ""]);
        expect(err).not.toContain(kek.slice(1));
      }
    });
  });
}
