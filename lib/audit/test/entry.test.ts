import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newId } from "#lib/domain/ids.ts";
import { type AuditEntry, decodeEntry, ENTRY_BYTES_MAX, encodeEntry, readEntry } from "../entry.ts";
import { headLeaf, isHeadLeaf, parseHeadLeaf } from "../head-leaf.ts";

const ID = "0190f3a0-b2c4-7def-8123-456789abcdef";
const TENANT = "0190f3a0-b2c4-7def-8123-456789abcd01";

const entry: AuditEntry = {
  v: 1,
  id: ID,
  t: "2026-11-22T01:02:03.004Z",
  tenant: TENANT,
  source: "keeper",
  actor: { type: "keeper", id: "keeper-1" },
  action: "key.rotated",
  target: { type: "key", id: ID },
  outcome: "ok",
  req: "op-1",
  detail: { from: 1, to: 2 },
};
const TEXT = `{"action":"key.rotated","actor":{"id":"keeper-1","type":"keeper"},"detail":{"from":1,"to":2},"id":"${ID}","outcome":"ok","req":"op-1","source":"keeper","t":"2026-11-22T01:02:03.004Z","target":{"id":"${ID}","type":"key"},"tenant":"${TENANT}","v":1}`;
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const refused = expect.objectContaining({ code: "INVALID_INPUT" });

describe("an entry", () => {
  test("is the RFC 8785 text of its fields, whatever order they come in", () => {
    expect(new TextDecoder().decode(encodeEntry(entry))).toBe(TEXT);
    const backwards = Object.fromEntries(Object.entries(entry).toReversed()) as AuditEntry;
    expect(encodeEntry(backwards)).toEqual(bytesOf(TEXT));
    expect(decodeEntry(bytesOf(TEXT))).toEqual(entry);
  });

  test("leaves out what is not said", () => {
    const text = new TextDecoder().decode(encodeEntry({ ...entry, reason: undefined, cause: undefined }));
    expect(text).toBe(TEXT);
  });

  test("comes back from its bytes as it was", () => {
    const entries = fc.record({
      tenant: fc.option(fc.constant(TENANT)),
      id: fc
        .date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true })
        .map((date) => newId(+date)),
      t: fc
        .date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true })
        .map((date) => date.toISOString()),
      reason: fc.string({ unit: "grapheme", maxLength: 40 }),
      collection: fc.string({ unit: "binary", maxLength: 60 }),
      count: fc.nat(),
    });
    fc.assert(
      fc.property(entries, ({ tenant, id, t, reason, collection, count }) => {
        const event: AuditEntry = {
          ...entry,
          tenant,
          id,
          t,
          reason,
          action: "crypto.decrypt_failed",
          detail: { reason: "tag", count, collection },
        };
        expect(decodeEntry(encodeEntry(event))).toEqual(event);
      }),
    );
  });

  test.each<[string, object]>([
    ["another version", { v: 2 }],
    ["an upper-case id", { id: ID.toUpperCase() }],
    ["a time without milliseconds", { t: "2026-11-22T01:02:03Z" }],
    ["a time with an offset", { t: "2026-11-22T01:02:03.004+00:00" }],
    ["a day that does not exist", { t: "2026-02-30T01:02:03.004Z" }],
    ["a tenant's slug", { tenant: "acme" }],
    ["an unknown source", { source: "browser" }],
    ["an unknown field", { ip: "192.0.2.1" }],
    ["an unknown actor field", { actor: { type: "keeper", id: "k", email: "a@example.com" } }],
    ["an unknown action", { action: "key.vanished" }],
    ["an action of the prototype", { action: "toString" }],
    ["an unknown target", { target: { type: "planet", id: "1" } }],
    ["a detail of another action", { detail: { name: "default", custody: "platform" } }],
    ["a detail with an unknown field", { detail: { from: 1, to: 2, dek: "…" } }],
    ["a detail with a wrong type", { detail: { from: "1", to: 2 } }],
    ["a lone surrogate", { reason: "\ud800" }],
    ["an empty request", { req: "" }],
  ])("with %s is refused", (_, change) => {
    expect(() => encodeEntry({ ...entry, ...change } as AuditEntry)).toThrow(refused);
  });

  test.each([
    ["spaces", TEXT.replace('"v":1', '"v": 1')],
    [
      "another order",
      TEXT.replace('{"action":"key.rotated",', "{").replace('"v":1', '"v":1,"action":"key.rotated"'),
    ],
    ["a repeated name", TEXT.replace('"v":1', `"tenant":"${TENANT}","v":1`)],
    ["another spelling of a number", TEXT.replace('"to":2', '"to":2.0')],
    ["another spelling of a character", TEXT.replace("keeper-1", "keeper\\u002d1")],
    ["a byte order mark", `\ufeff${TEXT}`],
    ["a line feed after it", `${TEXT}\n`],
    ["a prototype", TEXT.replace('{"action"', '{"__proto__":{},"action"')],
    ["half of it", TEXT.slice(0, 100)],
    ["nothing", ""],
    ["no object", "null"],
  ])("is not read from bytes with %s", (_, text) => {
    expect(() => readEntry(bytesOf(text))).toThrow(refused);
    expect(() => decodeEntry(bytesOf(text))).toThrow(refused);
  });

  test("is not read from bytes that are not UTF-8", () => {
    const bytes = bytesOf(TEXT);
    bytes[TEXT.indexOf("op-1")] = 0xff;
    expect(() => readEntry(bytes)).toThrow(refused);
  });

  test("of an action from another version is read by a verifier alone", () => {
    const bytes = bytesOf(TEXT.replace("key.rotated", "key.reborn"));
    expect(readEntry(bytes).action).toBe("key.reborn");
    expect(() => decodeEntry(bytes)).toThrow(refused);
  });

  test("has at most 16 KiB", () => {
    const big = (length: number): Uint8Array =>
      bytesOf(TEXT.replace('{"from":1,"to":2}', `{"a":"${"x".repeat(length)}"}`));
    const room = ENTRY_BYTES_MAX - big(0).length;
    expect(readEntry(big(room)).action).toBe("key.rotated");
    expect(() => readEntry(big(room + 1))).toThrow(refused);
  });
});

describe("a tenant head", () => {
  const head = { tenant: TENANT, size: 42, root: new Uint8Array(32).fill(7) };
  const text = `keyfold.head/v1\n${TENANT}\n42\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n`;

  test("is these bytes as a leaf, and not an entry", () => {
    expect(new TextDecoder().decode(headLeaf(head))).toBe(text);
    expect(parseHeadLeaf(bytesOf(text))).toEqual(head);
    expect(isHeadLeaf(bytesOf(text))).toBe(true);
    expect(isHeadLeaf(bytesOf(TEXT))).toBe(false);
    expect(isHeadLeaf(bytesOf("keyfold.head"))).toBe(false);
  });

  test.each([
    ["another magic", text.replace("v1", "v2")],
    ["a size with a leading zero", text.replace("\n42\n", "\n042\n")],
    ["a size of zero", text.replace("\n42\n", "\n0\n")],
    ["a size past the safe integers", text.replace("\n42\n", "\n9007199254740993\n")],
    ["a slug", text.replace(TENANT, "acme")],
    ["a short root", text.replace("BwcH", "")],
    ["a root without padding", text.replace("=", "")],
    ["a root with stray bits", text.replace("Bwc=", "Bwd=")],
    ["a line more", `${text}x\n`],
    ["a line less", text.replace("\n42\n", "\n")],
    ["no end", text.slice(0, -1)],
  ])("with %s is refused", (_, bad) => {
    expect(() => parseHeadLeaf(bytesOf(bad))).toThrow(expect.objectContaining({ code: "AUDIT_TREE_BROKEN" }));
  });

  test("is not written malformed", () => {
    expect(() => headLeaf({ ...head, size: 0 })).toThrow(/size/);
    expect(() => headLeaf({ ...head, root: new Uint8Array(31) })).toThrow(/root/);
    expect(() => headLeaf({ ...head, tenant: "acme" })).toThrow(/tenant/);
  });
});
