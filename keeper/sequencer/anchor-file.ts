import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { anchorRecord } from "#lib/audit/anchor-file.ts";
import { errnoOf, makeFolder, writeNewFile } from "#lib/kms/durable-file.ts";
import { SigningRefused } from "./refusal.ts";

/** The first anchor: a folder outside the database, with every signed checkpoint and the key that verifies them. */
export type Anchor = { checkpoints: string; vkey: string };

export const openAnchor = async (dataDir: string): Promise<Anchor> => {
  const folder = join(dataDir, "anchors");
  await makeFolder(folder);
  return { checkpoints: join(folder, "checkpoints.log"), vkey: join(folder, "log.vkey") };
};

/** The verifier key that stands beside the anchor, or null on a first start. */
export const readVkey = async ({ vkey }: Anchor): Promise<string | null> => {
  try {
    return (await readFile(vkey, "utf8")).trim();
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return null;
    throw error;
  }
};

/** Writes the verifier key where none stands. What is there is never replaced: it is what the log is judged by. */
export const writeVkey = async ({ vkey }: Anchor, text: string): Promise<void> => {
  await writeNewFile(vkey, Buffer.from(`${text}\n`));
};

/** The last whole note of the anchor file, and what a crash left of the one after it. */
export type AnchorTail = { note: string | null; torn: string; bytes: number };

const TAIL_BYTES = 16 * 1024;

/**
 * The tail in a piece of the file that may begin anywhere. A record is text, empty line, signatures, empty line, and
 * only a signature begins with a dash.
 */
const tailOf = (piece: string): Pick<AnchorTail, "note" | "torn"> | null => {
  const blocks = piece.split("\n\n");
  const last = blocks.findLastIndex((block, i) => i < blocks.length - 1 && block.startsWith("— "));
  if (last < 1) return null;
  const text = blocks[last - 1] ?? "";
  // In the piece's first block the beginning may be missing.
  if (last === 1 && !text.startsWith("keyfold/")) return null;
  return { note: `${text}\n\n${blocks[last]}\n`, torn: blocks.slice(last + 1).join("\n\n") };
};

/** Reads the end of the anchor file; its length does not matter. */
export const readAnchorTail = async ({ checkpoints }: Anchor): Promise<AnchorTail> => {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(checkpoints, "r");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return { note: null, torn: "", bytes: 0 };
    throw error;
  }
  try {
    const { size } = await file.stat();
    for (let length = Math.min(size, TAIL_BYTES); ; length = Math.min(size, length * 8)) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
      const piece = buffer.toString("utf8", 0, bytesRead);
      const tail = tailOf(piece);
      if (tail) return { ...tail, bytes: size };
      if (length === size) return { note: null, torn: piece, bytes: size };
    }
  } finally {
    await file.close();
  }
};

/**
 * Appends notes, durable when this returns. A record that a crash cut off is completed, never cut away: what stands
 * in the anchor stays.
 *
 * @throws SigningRefused `anchor_invalid` when the last record is not the beginning of what comes next
 */
export const appendNotes = async (
  { checkpoints }: Anchor,
  tail: AnchorTail,
  notes: readonly string[],
): Promise<void> => {
  const records = notes.map(anchorRecord).join("");
  if (!records.startsWith(tail.torn)) throw new SigningRefused("anchor_invalid");
  const rest = Buffer.from(records).subarray(Buffer.byteLength(tail.torn));
  if (rest.length === 0) return;
  const file = await open(checkpoints, "a", 0o600);
  try {
    await file.writeFile(rest);
    await file.sync();
  } finally {
    await file.close();
  }
};
