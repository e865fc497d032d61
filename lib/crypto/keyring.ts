import { hkdfSync, type KeyObject } from "node:crypto";
import type { Kek } from "./kek.ts";
import { KEY_BYTES, secretKeyOf } from "./secret-key.ts";

/** The keepers' own keys of one generation. They cannot be serialised or printed. */
export class Keyring {
  readonly generation: number;
  readonly #meta: KeyObject;
  readonly #seal: KeyObject;
  readonly #grant: KeyObject;

  constructor(generation: number, keys: { meta: KeyObject; seal: KeyObject; grant: KeyObject }) {
    this.generation = generation;
    this.#meta = keys.meta;
    this.#seal = keys.seal;
    this.#grant = keys.grant;
  }

  /** Keys the MACs of key-version rows. */
  get meta(): KeyObject {
    return this.#meta;
  }

  /** Seals the secrets that keepers store. */
  get seal(): KeyObject {
    return this.#seal;
  }

  /** Keys the MACs of rows that give power over data. */
  get grant(): KeyObject {
    return this.#grant;
  }

  toJSON(): never {
    throw new TypeError("A keyring cannot be serialised.");
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `[Keyring generation ${this.generation}]`;
  }
}

/** The keyring of a `DK`, which is wrapped and opened like a KEK; its version is the generation (`docs/formats.md#keeper-keyring`). */
export const deriveKeyring = (dk: Kek): Keyring =>
  new Keyring(dk.version, {
    meta: derive(dk.key, "keyfold.meta/v1"),
    seal: derive(dk.key, "keyfold.seal/v1"),
    grant: derive(dk.key, "keyfold.grant/v1"),
  });

const derive = (dk: KeyObject, info: string): KeyObject =>
  secretKeyOf(new Uint8Array(hkdfSync("sha512", dk, new Uint8Array(0), info, KEY_BYTES)));
