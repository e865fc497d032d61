import fc from "fast-check";
import { dekFromBytes } from "../dek.ts";
import { kekFromBytes } from "../kek.ts";
import { uuidText } from "../uuid.ts";

const text = (bytesMax: number) =>
  fc.string({ unit: "binary", maxLength: 80 }).filter((value) => Buffer.byteLength(value) <= bytesMax);

export const value = text(1024);
export const name = text(64).filter((candidate) => candidate.length > 0);

/** Well-formed pairs, in an order of their own. */
export const entries = fc.uniqueArray(fc.tuple(name, value), { maxLength: 12, selector: ([key]) => key });

export const context = fc
  .tuple(
    fc.record({ tenant: value, collection: value, record: value, field: value }),
    fc.dictionary(name, value, { maxKeys: 6, noNullPrototype: true }),
  )
  .map(([mandatory, further]) => ({ ...further, ...mandatory }));

export const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
export const uuid = bytes(16).map((random) => uuidText(random));
export const dek = fc.tuple(uuid, bytes(32)).map(([id, key]) => dekFromBytes(id, key));
export const keyVersion = fc.integer({ min: 1, max: 0xffff_ffff });
export const kek = fc
  .tuple(uuid, keyVersion, bytes(32))
  .map(([keyId, version, key]) => kekFromBytes({ keyId, version }, key));
export const binding = fc.record({ purpose: value, tenant: value });
