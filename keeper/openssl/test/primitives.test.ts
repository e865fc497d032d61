import fc from "fast-check";
import { createSecretKey } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dekFromBytes } from "#lib/crypto/dek.ts";
import { decryptField } from "#lib/crypto/envelope.ts";
import { writeEnvelope } from "#lib/crypto/envelope-write.ts";
import { kekFromBytes } from "#lib/crypto/kek.ts";
import { nodePrimitives, usePrimitives } from "#lib/crypto/primitives.ts";
import { codeOf, flipBit, fromHex, toHex } from "#lib/crypto/test/code-of.ts";
import envelopes from "#lib/crypto/vectors/envelope.json" with { type: "json" };
import wraps from "#lib/crypto/vectors/wrapped-dek.json" with { type: "json" };
import { unwrapDek } from "#lib/crypto/wrapped-dek.ts";
import { writeWrappedDek } from "#lib/crypto/wrapped-dek-write.ts";
import { findPrimitives } from "../primitives.ts";

const openSsl = await findPrimitives();
const bytes = (min: number, max = min) => fc.uint8Array({ minLength: min, maxLength: max });
const copy = (of: Uint8Array | null) => of && Buffer.from(of);

type EnvelopeVector = { dek: string; dek_id: string; context: object };
const dekOf = (vector: { dek: string; dek_id: string }) => dekFromBytes(vector.dek_id, fromHex(vector.dek));
const contextOf = ({ context }: EnvelopeVector) => context as Parameters<typeof decryptField>[1];
const kekOf = (vector: { kek: string; key_id: string; key_version: number }) =>
  kekFromBytes({ keyId: vector.key_id, version: vector.key_version }, fromHex(vector.kek));

it("are there on this platform: the other tests would otherwise compare node:crypto with itself", () => {
  expect(openSsl).not.toBe(nodePrimitives);
});

describe("OpenSSL called directly", () => {
  it("derives, seals and opens as node:crypto does, one message after the other", () => {
    fc.assert(
      fc.property(bytes(32), bytes(32), bytes(0, 300), bytes(0, 400), (secret, salt, aad, plaintext) => {
        const dek = createSecretKey(secret);
        const [ours, theirs] = [openSsl.derive(dek, salt), nodePrimitives.derive(dek, salt)];
        expect(copy(ours.commitment)).toEqual(copy(theirs.commitment));
        const [a, b] = [Buffer.alloc(plaintext.length + 20), Buffer.alloc(plaintext.length + 20)];
        ours.seal(aad, plaintext, a, 3);
        theirs.seal(aad, plaintext, b, 3);
        expect(a).toEqual(b);
        const end = 3 + plaintext.length;
        expect(ours.open(aad, a.subarray(3, end), a.subarray(end, end + 16))).toEqual(copy(plaintext));
        ours.close();
      }),
    );
  });

  it("seals under a key as node:crypto does, and knows no key of an earlier message", () => {
    fc.assert(
      fc.property(bytes(32), bytes(12), bytes(0, 300), bytes(0, 400), (secret, nonce, aad, plaintext) => {
        const key = createSecretKey(secret);
        const [a, b] = [Buffer.alloc(plaintext.length + 16), Buffer.alloc(plaintext.length + 16)];
        openSsl.seal(key, nonce, aad, plaintext, a, 0);
        nodePrimitives.seal(key, nonce, aad, plaintext, b, 0);
        expect(a).toEqual(b);
        const sealed = [a.subarray(0, plaintext.length), a.subarray(plaintext.length)] as const;
        expect(openSsl.open(key, nonce, aad, ...sealed)).toEqual(copy(plaintext));
        const other = createSecretKey(Buffer.alloc(32, 1));
        expect(openSsl.open(other, nonce, aad, ...sealed)).toBeNull();
      }),
    );
  });

  it("writes to no memory but that of the message", () => {
    const key = createSecretKey(Buffer.alloc(32, 7));
    const [nonce, aad, plaintext] = [Buffer.alloc(12), Buffer.alloc(5), Buffer.alloc(64)];
    const seal = (size: number, offset: number) =>
      openSsl.seal(key, nonce, aad, plaintext, Buffer.alloc(size), offset);
    expect(() => seal(79, 0)).toThrow(RangeError);
    expect(() => seal(80, 1)).toThrow(RangeError);
    expect(() => seal(90, -1)).toThrow(RangeError);
    expect(() => openSsl.seal(key, Buffer.alloc(11), aad, plaintext, Buffer.alloc(99), 0)).toThrow(
      RangeError,
    );
    expect(() => openSsl.open(key, nonce, aad, plaintext, Buffer.alloc(15))).toThrow(RangeError);
    const around = Buffer.alloc(100, 9);
    openSsl.seal(key, nonce, aad, plaintext, around, 10);
    expect([...around.subarray(0, 10), ...around.subarray(90)].every((byte) => byte === 9)).toBe(true);
  });
});

describe("the vectors of the formats, under OpenSSL called directly", () => {
  beforeAll(() => usePrimitives(openSsl));
  afterAll(() => usePrimitives(nodePrimitives));

  it.each(envelopes.positive)("KFE1 $name", (vector) => {
    const [plaintext, salt] = [fromHex(vector.plaintext), fromHex(vector.salt)];
    expect(toHex(writeEnvelope(dekOf(vector), contextOf(vector), plaintext, salt))).toBe(vector.envelope);
    const envelope = fromHex(vector.envelope);
    expect(toHex(decryptField(dekOf(vector), contextOf(vector), envelope))).toBe(vector.plaintext);
    for (let bit = 64; bit < envelope.length * 8; bit += 1) {
      const damaged = flipBit(envelope, bit);
      expect(codeOf(() => decryptField(dekOf(vector), contextOf(vector), damaged))).toBe("DECRYPT_FAILED");
    }
  });

  it.each(envelopes.negative)("KFE1 refuses with $error: $name", (vector) => {
    const open = () => decryptField(dekOf(vector), contextOf(vector), fromHex(vector.envelope));
    expect(codeOf(open)).toBe(vector.error);
  });

  it.each(wraps.positive)("KFW1 $name", (vector) => {
    const written = writeWrappedDek(kekOf(vector), dekOf(vector), vector, fromHex(vector.nonce));
    expect(toHex(written)).toBe(vector.wrapped);
    const opened = unwrapDek(kekOf(vector), fromHex(vector.wrapped), vector);
    expect(toHex(opened.key.export())).toBe(vector.dek);
  });

  it.each(wraps.negative)("KFW1 refuses with $error: $name", (vector) => {
    expect(codeOf(() => unwrapDek(kekOf(vector), fromHex(vector.wrapped), vector))).toBe(vector.error);
  });
});
