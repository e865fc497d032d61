import { beforeEach, expect, it, vi } from "vitest";
import { generateDek } from "../dek.ts";
import { generateKek } from "../kek.ts";
import { createRewrapper } from "../rewrap-dek.ts";
import { newUuid } from "../uuid.ts";
import { wrapDek } from "../wrapped-dek.ts";
import { codeOf } from "./code-of.ts";

const faulty = vi.hoisted(() => ({ seal: (_out: Buffer): void => {} }));

vi.mock("../aead.ts", async (importOriginal) => {
  const real = await importOriginal<typeof import("../aead.ts")>();
  const gcmSeal: typeof real.gcmSeal = (key, nonce, aad, plaintext, out, offset) => {
    real.gcmSeal(key, nonce, aad, plaintext, out, offset);
    faulty.seal(out);
  };
  return { ...real, gcmSeal };
});

beforeEach(() => {
  faulty.seal = () => {};
});

const bound = { purpose: "default", tenant: "t" };

it.each([53, 84, 100])("a rewrap whose new blob came out wrong at byte %i is never returned", (at) => {
  const keyId = newUuid();
  const [from, to] = [generateKek({ keyId, version: 1 }), generateKek({ keyId, version: 2 })];
  const wrapped = wrapDek(from, generateDek(), bound);
  const rewrap = createRewrapper(from, to, bound);
  expect(rewrap(wrapped)).toHaveLength(101);
  faulty.seal = (out) => {
    out.writeUInt8(out.readUInt8(at) ^ 0x10, at);
  };
  expect(codeOf(() => rewrap(wrapped))).toBe("DECRYPT_FAILED");
});
