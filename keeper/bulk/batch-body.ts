/** A batch as it was asked for: its items, and the bytes they came in, which a thread reads anew. */
export type BatchBody = { items: readonly unknown[]; bytes: Uint8Array };
