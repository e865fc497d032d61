import type { KeyObject } from "node:crypto";
import { gcmOpenParts, gcmSeal } from "./aead.ts";
import { nodePayloadKeys, type PayloadKeys } from "./payload-keys.ts";

/** The cryptography that envelopes and wrapped DEKs are made of. Whatever does it, the bytes are the same. */
export type Primitives = {
  derive(dek: KeyObject, salt: Uint8Array): PayloadKeys;
  /** AES-256-GCM under a key-encryption key, as `gcmSeal`. */
  seal: typeof gcmSeal;
  /** As `gcmOpenParts`. */
  open: typeof gcmOpenParts;
};

/** node:crypto, on every platform. */
export const nodePrimitives: Primitives = { derive: nodePayloadKeys, seal: gcmSeal, open: gcmOpenParts };

let chosen = nodePrimitives;

/** What this thread makes its envelopes and wrapped DEKs with. */
export const primitives = (): Primitives => chosen;

/** Chooses for the whole thread. A keeper does so once, when it starts. */
export const usePrimitives = (choice: Primitives): void => {
  chosen = choice;
};
