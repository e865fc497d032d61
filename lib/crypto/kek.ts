import type { KeyObject } from "node:crypto";
import { takeRandom } from "./random.ts";
import { KEY_BYTES, secretKeyOf } from "./secret-key.ts";
import { uuidBytes } from "./uuid.ts";

export const KEY_VERSION_MAX = 0xffff_ffff;

/** Which version of which key. */
export type KekId = { keyId: string; version: number };

/** One version of a tenant's key in memory. It cannot be serialised or printed. */
export class Kek {
  readonly keyId: string;
  readonly version: number;
  /** The key's id as it stands in the formats. */
  readonly keyIdBytes: Buffer;
  readonly #key: KeyObject;

  constructor({ keyId, version }: KekId, key: KeyObject) {
    if (!Number.isInteger(version) || version < 1 || version > KEY_VERSION_MAX) {
      throw new RangeError("A key version is a number from 1 to 4294967295.");
    }
    this.keyId = keyId;
    this.keyIdBytes = uuidBytes(keyId);
    this.version = version;
    this.#key = key;
  }

  get key(): KeyObject {
    return this.#key;
  }

  toJSON(): never {
    throw new TypeError("A KEK cannot be serialised.");
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `[Kek ${this.keyId} version ${this.version}]`;
  }
}

/** A fresh KEK. */
export const generateKek = (id: KekId): Kek => new Kek(id, secretKeyOf(takeRandom(KEY_BYTES)));

/** A KEK of these 32 bytes, which are wiped. */
export const kekFromBytes = (id: KekId, bytes: Uint8Array): Kek => new Kek(id, secretKeyOf(bytes));

/** A KEK that another thread posted as a KeyObject: the one way to move it that never shows its bytes. */
export const kekFromKeyObject = (id: KekId, key: KeyObject): Kek => new Kek(id, key);
