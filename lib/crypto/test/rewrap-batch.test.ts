import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generateDek } from "#lib/crypto/dek.ts";
import { generateKek } from "#lib/crypto/kek.ts";
import { rewrapBatch } from "#lib/crypto/rewrap-batch.ts";
import { withKeyBytes } from "#lib/crypto/secret-key.ts";
import { newUuid } from "#lib/crypto/uuid.ts";
import { unwrapDek, WRAPPED_DEK_BYTES, wrapDek } from "#lib/crypto/wrapped-dek.ts";

const keyId = newUuid();
const from = generateKek({ keyId, version: 3 });
const to = generateKek({ keyId, version: 7 });
const bindingOf = (purpose: string) => ({ purpose, tenant: newUuid() });
const bytesOf = (dek: { key: ReturnType<typeof generateDek>["key"] }) =>
  withKeyBytes(dek.key, (bytes) => Buffer.from(bytes));

const make = (count: number, purpose = "default") => {
  const binding = bindingOf(purpose);
  const deks = Array.from({ length: count }, generateDek);
  return { binding, deks, blobs: Buffer.concat(deks.map((dek) => wrapDek(from, dek, binding))) };
};
const blobAt = (blobs: Buffer, n: number) =>
  blobs.subarray(n * WRAPPED_DEK_BYTES, (n + 1) * WRAPPED_DEK_BYTES);

describe("a batch of DEKs moved to another version", () => {
  it("opens with the single unwrap, as the same DEKs under the same ids, for every length of the binding", () => {
    const purposes = fc.string({ unit: fc.constantFrom("a", "b", "-"), minLength: 1, maxLength: 63 });
    fc.assert(
      fc.property(purposes, fc.integer({ min: 16, max: 40 }), (purpose, count) => {
        const { binding, deks, blobs } = make(count, purpose);
        const { moved, failures } = rewrapBatch(from, to, binding, blobs);
        expect(failures).toEqual([]);
        for (const [n, dek] of deks.entries()) {
          const opened = unwrapDek(to, blobAt(moved, n), binding);
          expect(opened.id).toBe(dek.id);
          expect(bytesOf(opened)).toEqual(bytesOf(dek));
        }
      }),
      { numRuns: 70 },
    );
  });

  it("gives every DEK a nonce of its own and changes nothing but version, nonce and wrapped bytes", () => {
    const { binding, blobs } = make(300);
    const { moved } = rewrapBatch(from, to, binding, blobs);
    const nonces = new Set(Array.from({ length: 300 }, (_, n) => blobAt(moved, n).toString("hex", 41, 53)));
    expect(nonces.size).toBe(300);
    for (let n = 0; n < 300; n += 1) {
      expect(blobAt(moved, n).subarray(0, 37)).toEqual(blobAt(blobs, n).subarray(0, 37));
      expect(blobAt(moved, n).readUInt32BE(37)).toBe(7);
    }
  });

  it("names those that do not open, with the code of the single rewrap, and moves the others", () => {
    const { binding, blobs } = make(40);
    blobs.writeUInt8(blobs.readUInt8(3 * WRAPPED_DEK_BYTES + 60) ^ 1, 3 * WRAPPED_DEK_BYTES + 60);
    blobs.writeUInt8(0, 5 * WRAPPED_DEK_BYTES);
    blobs.writeUInt8(9, 7 * WRAPPED_DEK_BYTES + 3);
    const { moved, failures } = rewrapBatch(from, to, binding, blobs);
    expect(failures).toEqual([
      { index: 3, code: "DECRYPT_FAILED" },
      { index: 5, code: "ENVELOPE_MALFORMED" },
      { index: 7, code: "ENVELOPE_UNSUPPORTED" },
    ]);
    expect(() => unwrapDek(to, blobAt(moved, 4), binding)).not.toThrow();
    expect(blobAt(moved, 3).every((byte) => byte === 0)).toBe(true);
  });

  it("does not open under another tenant, another purpose or another KEK", () => {
    const { binding, blobs } = make(20);
    const all = (outcome: ReturnType<typeof rewrapBatch>) => outcome.failures.length;
    expect(all(rewrapBatch(from, to, { ...binding, tenant: newUuid() }, blobs))).toBe(20);
    expect(all(rewrapBatch(from, to, { ...binding, purpose: "other" }, blobs))).toBe(20);
    expect(all(rewrapBatch(generateKek({ keyId, version: 3 }), to, binding, blobs))).toBe(20);
    expect(() => rewrapBatch(from, generateKek({ keyId: newUuid(), version: 7 }), binding, blobs)).toThrow(
      TypeError,
    );
  });
});
