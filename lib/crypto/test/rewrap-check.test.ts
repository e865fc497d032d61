import { expect, it } from "vitest";
import { type GcmOf, nodeGcm } from "../aead.ts";
import { generateDek } from "../dek.ts";
import { generateKek } from "../kek.ts";
import { createRewrapper } from "../rewrap-dek.ts";
import { newUuid } from "../uuid.ts";
import { wrapDek } from "../wrapped-dek.ts";
import { codeOf } from "./code-of.ts";

const bound = { purpose: "default", tenant: "t" };

it.each([53, 84, 100])("a rewrap whose new blob came out wrong at byte %i is never returned", (at) => {
  const keyId = newUuid();
  const [from, to] = [generateKek({ keyId, version: 1 }), generateKek({ keyId, version: 2 })];
  const wrapped = wrapDek(from, generateDek(), bound);
  const { rewrap } = createRewrapper(from, to, bound);
  expect(rewrap(wrapped)).toHaveLength(101);
  const faulty: GcmOf = (key) => {
    const real = nodeGcm(key);
    return {
      ...real,
      seal: (nonce, aad, plaintext, out, offset) => {
        real.seal(nonce, aad, plaintext, out, offset);
        out.writeUInt8(out.readUInt8(at) ^ 0x10, at);
      },
    };
  };
  const broken = createRewrapper(from, to, bound, faulty);
  expect(codeOf(() => broken.rewrap(wrapped))).toBe("DECRYPT_FAILED");
});
