import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromBase64, toBase64 } from "../base64.ts";
import {
  checkpointText,
  originOf,
  parseCheckpoint,
  parseOrigin,
  readCheckpoint,
  signCheckpoint,
  verifyCheckpoint,
} from "../checkpoint.ts";
import { formatVkey, noteKey, parseNote, parseVkey, publicKeyOf, signNote, verifyNote } from "../note.ts";

/** The example of golang.org/x/mod/sumdb/note. */
const VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const SIGNATURE =
  "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
/** Of its private key, `PRIVATE+KEY+PeterNeumann+c74f20a3+AYEK…`, the bytes after the type. */
const SEED = fromBase64("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")?.slice(1) as Uint8Array;

const DEPLOYMENT = "0190f3a0-b2c4-7def-8123-456789abcdef";
const seedOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const invalid = expect.objectContaining({ code: "CHECKPOINT_INVALID" });

describe("the reference example", () => {
  test("its key is read and written", () => {
    const key = parseVkey(VKEY);
    expect([key.name, key.id]).toEqual(["PeterNeumann", "c74f20a3"]);
    expect(formatVkey(key)).toBe(VKEY);
    expect(formatVkey(noteKey("PeterNeumann", publicKeyOf(SEED)))).toBe(VKEY);
  });

  test("its note is written and verifies", () => {
    const note = signNote(TEXT, [{ name: "PeterNeumann", seed: SEED }]);
    expect(note).toBe(`${TEXT}\n${SIGNATURE}`);
    expect(verifyNote(note, [parseVkey(VKEY)])).toEqual({ text: TEXT, signers: [parseVkey(VKEY)] });
  });

  test("no part of its key is a key", () => {
    for (let i = 0; i < VKEY.length; i++) {
      const bumped = String.fromCharCode(VKEY.charCodeAt(i) + 1);
      expect(() => parseVkey(VKEY.slice(0, i) + bumped + VKEY.slice(i + 1))).toThrow(invalid);
      expect(() => parseVkey(VKEY.slice(0, i))).toThrow(invalid);
      expect(() => parseVkey(VKEY.slice(i + 1))).toThrow(invalid);
    }
    // Another signature type and a longer key, each under the id that it would have.
    expect(() => parseVkey("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")).toThrow(
      invalid,
    );
    expect(() =>
      parseVkey("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=="),
    ).toThrow(invalid);
  });
});

describe("a signed note", () => {
  const alice = { name: "alice.example/log", seed: seedOf(1) };
  const bob = { name: "bob.example/log", seed: seedOf(2) };
  const keyOf = ({ name, seed }: typeof alice) => noteKey(name, publicKeyOf(seed));

  test("keeps empty lines of its text", () => {
    const text = "one\n\ntwo\n\n";
    const note = signNote(text, [alice]);
    expect(verifyNote(note, [keyOf(alice)]).text).toBe(text);
  });

  test("may have several signatures, and those of strangers are passed over", () => {
    const note = signNote("text\n", [alice, bob]);
    expect(verifyNote(note, [keyOf(bob)]).signers).toEqual([keyOf(bob)]);
    expect(verifyNote(note, [keyOf(alice), keyOf(bob)]).signers).toHaveLength(2);
    const stranger = keyOf({ name: alice.name, seed: seedOf(9) });
    expect(() => verifyNote(note, [stranger])).toThrow(invalid);
    expect(() => verifyNote(note, [keyOf({ name: "else.example", seed: seedOf(1) })])).toThrow(invalid);
    expect(() => verifyNote(note, [])).toThrow(invalid);
  });

  test("is refused whole when one known key's signature is wrong", () => {
    const good = signNote("text\n", [alice]);
    const [, wrong = ""] = signNote("other\n", [bob]).split("\n\n");
    expect(() => verifyNote(good + wrong, [keyOf(alice), keyOf(bob)])).toThrow(invalid);
    expect(verifyNote(good + wrong, [keyOf(alice)]).signers).toHaveLength(1);
  });

  test("is refused with any character changed", () => {
    const note = signNote("a text\nof two lines\n", [alice]);
    fc.assert(
      fc.property(fc.nat(note.length - 1), fc.integer({ min: 1, max: 0xffff }), (i, delta) => {
        const changed = String.fromCharCode((note.charCodeAt(i) + delta) % 0x10000);
        if (changed === note[i]) return;
        expect(() => verifyNote(note.slice(0, i) + changed + note.slice(i + 1), [keyOf(alice)])).toThrow(
          invalid,
        );
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ["no signatures", "text\n"],
    ["no empty line", `text\n${SIGNATURE}`],
    ["no final line feed", `text\n\n${SIGNATURE.trimEnd()}`],
    ["a carriage return", `text\r\n\n${SIGNATURE}`],
    ["a tab", `te\txt\n\n${SIGNATURE}`],
    ["a hyphen for a dash", `text\n\n${SIGNATURE.replace("—", "-")}`],
    ["a signature without padding", `text\n\n${SIGNATURE.replace("=", "")}`],
    ["a field too many", `text\n\n${SIGNATURE.trimEnd()} x\n`],
    ["a plus in the name", `text\n\n${SIGNATURE.replace("Peter", "Peter+")}`],
    ["101 signatures", `text\n\n${SIGNATURE.repeat(101)}`],
    ["a lone surrogate", `te\ud800xt\n\n${SIGNATURE}`],
    ["a megabyte", `${"x".repeat(1_000_000)}\n\n${SIGNATURE}`],
  ])("with %s is not read", (_, note) => {
    expect(() => parseNote(note)).toThrow(invalid);
  });

  test("reads 100 signatures", () => {
    expect(parseNote(`text\n\n${SIGNATURE.repeat(100)}`).signatures).toHaveLength(100);
  });

  test.each(["", "a b", "a+b", "a\u00a0b", "a\nb", "a\u2003b"])("is not signed under the name %j", (name) => {
    expect(() => signNote("text\n", [{ name, seed: seedOf(1) }])).toThrow(invalid);
  });

  test("is not signed without a line feed at the end, or by nobody", () => {
    expect(() => signNote("text", [alice])).toThrow(invalid);
    expect(() => signNote("te\u0000xt\n", [alice])).toThrow(invalid);
    expect(() => signNote("text\n", [])).toThrow(invalid);
  });
});

describe("a checkpoint", () => {
  const checkpoint = { deployment: DEPLOYMENT, epoch: 1, size: 20852163, root: new Uint8Array(32).fill(7) };
  const text = `keyfold/${DEPLOYMENT}/e1\n20852163\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n`;

  test("is three lines", () => {
    expect(checkpointText(checkpoint)).toBe(text);
    expect(parseCheckpoint(text)).toEqual(checkpoint);
    expect(parseOrigin(originOf(DEPLOYMENT, 12))).toEqual({ deployment: DEPLOYMENT, epoch: 12 });
  });

  test("is signed under its origin and verifies", () => {
    const note = signCheckpoint(checkpoint, [seedOf(1)]);
    expect(note).toMatch(new RegExp(`^— keyfold/${DEPLOYMENT}/e1 `, "m"));
    expect(readCheckpoint(note)).toEqual(checkpoint);
    const publicKey = publicKeyOf(seedOf(1));
    expect(verifyCheckpoint(note, [publicKeyOf(seedOf(2)), publicKey])).toEqual({
      checkpoint,
      signedBy: [publicKey],
    });
    expect(() => verifyCheckpoint(note, [publicKeyOf(seedOf(2))])).toThrow(invalid);
  });

  test("carries two signatures where the key changes", () => {
    const keys = [publicKeyOf(seedOf(1)), publicKeyOf(seedOf(2))];
    const note = signCheckpoint(checkpoint, [seedOf(1), seedOf(2)]);
    expect(verifyCheckpoint(note, keys).signedBy).toEqual(keys);
  });

  test("asks the verifier it was given", () => {
    const note = signCheckpoint(checkpoint, [seedOf(1)]);
    expect(() => verifyCheckpoint(note, [publicKeyOf(seedOf(1))], () => false)).toThrow(invalid);
  });

  test("comes back from its text as it was", () => {
    const size = fc.nat({ max: Number.MAX_SAFE_INTEGER });
    const root = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(fc.uuid(), fc.integer({ min: 1 }), size, root, (deployment, epoch, treeSize, hash) => {
        const one = { deployment, epoch, size: treeSize, root: Uint8Array.from(hash) };
        expect(parseCheckpoint(checkpointText(one))).toEqual(one);
      }),
    );
  });

  test.each([
    ["an extension line", `${text}more\n`],
    ["two lines", text.split("\n").slice(0, 2).join("\n")],
    ["a size with a leading zero", text.replace("\n2", "\n02")],
    ["a negative size", text.replace("\n2", "\n-2")],
    ["a size past the safe integers", text.replace("20852163", "9007199254740993")],
    ["a short root", text.replace("BwcH", "")],
    ["another product", text.replace("keyfold/", "example/")],
    ["no epoch", text.replace("/e1", "")],
    ["epoch 0", text.replace("/e1", "/e0")],
    ["epoch 01", text.replace("/e1", "/e01")],
    ["an upper-case deployment", text.replace(DEPLOYMENT, DEPLOYMENT.toUpperCase())],
    ["carriage returns", text.replaceAll("\n", "\r\n")],
  ])("with %s is not read", (_, bad) => {
    expect(() => parseCheckpoint(bad)).toThrow(invalid);
  });

  test("is not written malformed", () => {
    expect(() => checkpointText({ ...checkpoint, size: -1 })).toThrow(invalid);
    expect(() => checkpointText({ ...checkpoint, root: new Uint8Array(31) })).toThrow(invalid);
    expect(() => originOf("acme", 1)).toThrow(invalid);
    expect(() => originOf(DEPLOYMENT, 0)).toThrow(invalid);
  });
});

test("base64 has one text for one value", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(fromBase64(toBase64(bytes))).toEqual(Uint8Array.from(bytes));
    }),
  );
  for (const bad of ["A", "AA", "AA=", "AB==", "AA==\n", " AA==", "A-==", "AAA=A"])
    expect(fromBase64(bad)).toBeNull();
});
