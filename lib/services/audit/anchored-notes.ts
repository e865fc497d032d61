import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { anchoredNotes } from "#lib/audit/anchor-file.ts";

/** The first anchor as it stood at one instant, however much is appended while it is read. */
export type AnchorSnapshot = { vkeys: string[]; notes(): AsyncIterable<string> };

const orMissing = async <T>(read: Promise<T>, missing: T): Promise<T> =>
  read.catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return missing;
    throw error;
  });

async function* linesUpTo(path: string, bytes: number): AsyncGenerator<string> {
  if (bytes === 0) return;
  yield* createInterface({ input: createReadStream(path, { end: bytes - 1 }), crlfDelay: 0 });
}

/** Opens the anchors of a data directory: the checkpoints appended there, and the key that verifies them. */
export const openAnchorSnapshot = async (anchorsDir: string): Promise<AnchorSnapshot> => {
  const path = join(anchorsDir, "checkpoints.log");
  const vkey = (await orMissing(readFile(join(anchorsDir, "log.vkey"), "utf8"), "")).trim();
  const bytes = await orMissing(
    stat(path).then(({ size }) => size),
    0,
  );
  return { vkeys: vkey === "" ? [] : [vkey], notes: () => anchoredNotes(linesUpTo(path, bytes)) };
};
