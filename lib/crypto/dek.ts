import type { KeyObject } from "node:crypto";
import { takeRandom } from "./random.ts";
import { holdNewKey, KEY_BYTES, secretKeyOf } from "./secret-key.ts";
import { newUuidBytes, UUID_BYTES, uuidBytes, uuidText } from "./uuid.ts";

/** A data-encryption key in memory. It cannot be serialised, cloned or printed; only KFW1 takes it out of a process. */
export class Dek {
  /** The id as it stands in the formats. Its text is made only when somebody asks: most DEKs never need it. */
  readonly idBytes: Buffer;
  readonly #key: KeyObject;

  constructor(idBytes: Buffer, key: KeyObject) {
    if (idBytes.length !== UUID_BYTES) throw new RangeError("A DEK's id has 16 bytes.");
    this.idBytes = idBytes;
    this.#key = key;
  }

  get id(): string {
    return uuidText(this.idBytes);
  }

  get key(): KeyObject {
    return this.#key;
  }

  toJSON(): never {
    throw new TypeError("A DEK cannot be serialised.");
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `[Dek ${this.id}]`;
  }
}

/** A fresh DEK under a new UUIDv7. */
export const generateDek = (): Dek => new Dek(newUuidBytes(), secretKeyOf(takeRandom(KEY_BYTES)));

/** `generateDek` for all that `run` does with it: what is kept of it beyond that is slower, and as good. */
export const withFreshDek = <T>(run: (dek: Dek) => T): T =>
  holdNewKey(takeRandom(KEY_BYTES), (key) => run(new Dek(newUuidBytes(), key)));

/** A DEK of these 32 bytes, which are wiped. */
export const dekFromBytes = (id: string, bytes: Uint8Array): Dek =>
  new Dek(uuidBytes(id), secretKeyOf(bytes));
