import fc from "fast-check";
import { createSecretKey } from "node:crypto";
import { expect, it } from "vitest";
import { nodeGcm } from "#lib/crypto/aead.ts";
import { generateDek } from "#lib/crypto/dek.ts";
import { generateKek } from "#lib/crypto/kek.ts";
import { rewrapBatch } from "#lib/crypto/rewrap-batch.ts";
import { withKeyBytes } from "#lib/crypto/secret-key.ts";
import { newUuid } from "#lib/crypto/uuid.ts";
import { unwrapDek, WRAPPED_DEK_BYTES, wrapDek } from "#lib/crypto/wrapped-dek.ts";
import { findGcm } from "../batch-gcm.ts";

const gcmOf = await findGcm();
const bytes = (min: number, max = min) => fc.uint8Array({ minLength: min, maxLength: max });

it("is there on this platform: the other tests would otherwise compare node:crypto with itself", () => {
  expect(gcmOf).not.toBe(nodeGcm);
});

it("seals to the bytes of node:crypto and opens what it sealed, message after message", () => {
  fc.assert(
    fc.property(
      bytes(32),
      fc.array(fc.tuple(bytes(12), bytes(0, 300), bytes(0, 256)), { minLength: 1, maxLength: 5 }),
      (secret, messages) => {
        const key = createSecretKey(secret);
        const [ours, theirs] = [gcmOf(key), nodeGcm(key)];
        for (const [nonce, aad, plaintext] of messages) {
          const [a, b] = [Buffer.alloc(plaintext.length + 20), Buffer.alloc(plaintext.length + 20)];
          ours.seal(nonce, aad, plaintext, a, 3);
          theirs.seal(nonce, aad, plaintext, b, 3);
          expect(a).toEqual(b);
          const ciphertext = a.subarray(3, 3 + plaintext.length);
          const tag = a.subarray(3 + plaintext.length, 19 + plaintext.length);
          expect(Uint8Array.from(ours.open(nonce, aad, ciphertext, tag) ?? [0])).toEqual(plaintext);
        }
        ours.close();
      },
    ),
  );
});

it("opens nothing whose nonce, AAD, ciphertext or tag has a changed bit, and goes on with the next", () => {
  const key = createSecretKey(Buffer.alloc(32, 7));
  const gcm = gcmOf(key);
  const [nonce, aad, plaintext] = [Buffer.alloc(12, 1), Buffer.alloc(60, 2), Buffer.alloc(32, 3)];
  const sealed = Buffer.alloc(48);
  gcm.seal(nonce, aad, plaintext, sealed, 0);
  const whole = Buffer.concat([nonce, aad, sealed]);
  const open = (b: Buffer) =>
    gcm.open(b.subarray(0, 12), b.subarray(12, 72), b.subarray(72, 104), b.subarray(104));
  for (let bit = 0; bit < whole.length * 8; bit += 1) {
    const damaged = Buffer.from(whole);
    damaged.writeUInt8(damaged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    expect(open(damaged)).toBeNull();
  }
  expect(open(whole)).toEqual(plaintext);
});

it("takes no message that is longer than its buffers, and no nonce or tag of another length", () => {
  const gcm = gcmOf(createSecretKey(Buffer.alloc(32, 7)));
  const [nonce, out] = [Buffer.alloc(12), Buffer.alloc(9_000)];
  expect(() => gcm.seal(nonce, Buffer.alloc(0), Buffer.alloc(257), out, 0)).toThrow(RangeError);
  expect(() => gcm.seal(nonce, Buffer.alloc(4_097), Buffer.alloc(32), out, 0)).toThrow(RangeError);
  expect(() => gcm.seal(Buffer.alloc(16), Buffer.alloc(0), Buffer.alloc(32), out, 0)).toThrow(RangeError);
  expect(() => gcm.open(nonce, Buffer.alloc(0), Buffer.alloc(32), Buffer.alloc(12))).toThrow(RangeError);
});

it("moves a batch to DEKs that node:crypto opens, and names the damaged one", () => {
  const keyId = newUuid();
  const [from, to] = [generateKek({ keyId, version: 3 }), generateKek({ keyId, version: 7 })];
  const binding = { purpose: "default", tenant: newUuid() };
  const deks = Array.from({ length: 50 }, generateDek);
  const blobs = Buffer.concat(deks.map((dek) => wrapDek(from, dek, binding)));
  blobs.writeUInt8(blobs.readUInt8(9 * WRAPPED_DEK_BYTES + 60) ^ 1, 9 * WRAPPED_DEK_BYTES + 60);
  const { moved, failures } = rewrapBatch(from, to, binding, blobs, gcmOf);
  expect(failures).toEqual([{ index: 9, code: "DECRYPT_FAILED" }]);
  for (const [n, dek] of deks.entries()) {
    if (n === 9) continue;
    const opened = unwrapDek(to, moved.subarray(n * WRAPPED_DEK_BYTES, (n + 1) * WRAPPED_DEK_BYTES), binding);
    expect(opened.id).toBe(dek.id);
    expect(withKeyBytes(opened.key, (b) => Buffer.from(b))).toEqual(
      withKeyBytes(dek.key, (b) => Buffer.from(b)),
    );
  }
});
