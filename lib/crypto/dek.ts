import type { KeyObject } from "node:crypto";
import { isUuid } from "#lib/domain/ids.ts";
import { takeRandom } from "./random.ts";
import { KEY_BYTES, secretKeyOf } from "./secret-key.ts";
import { newUuid } from "./uuid.ts";

/** A data-encryption key in memory. It cannot be serialised, cloned or printed; only KFW1 takes it out of a process. */
export class Dek {
  readonly id: string;
  readonly #key: KeyObject;

  constructor(id: string, key: KeyObject) {
    if (!isUuid(id)) throw new TypeError("A DEK's id is a lower-case hyphenated UUID.");
    this.id = id;
    this.#key = key;
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
export const generateDek = (): Dek => new Dek(newUuid(), secretKeyOf(takeRandom(KEY_BYTES)));

/** A DEK of these 32 bytes, which are wiped. */
export const dekFromBytes = (id: string, bytes: Uint8Array): Dek => new Dek(id, secretKeyOf(bytes));
