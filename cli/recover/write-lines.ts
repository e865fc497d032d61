import { once } from "node:events";
import type { Writable } from "node:stream";

export type WriteLines = (objects: readonly object[]) => Promise<void>;

/** Writes objects as lines of JSON, and waits while the reader is slower. */
export const lineWriter =
  (stream: Writable, signal: AbortSignal): WriteLines =>
  async (objects) => {
    if (objects.length === 0) return;
    const text = objects.map((object) => `${JSON.stringify(object)}\n`).join("");
    if (!stream.write(text)) await once(stream, "drain", { signal });
  };
