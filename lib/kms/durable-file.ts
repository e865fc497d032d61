import { link, mkdir, open, rename, stat, unlink, utimes } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { takeRandom } from "#lib/crypto/random.ts";

const PRIVATE = 0o600;
const TEMPORARY_ENDING = ".tmp";

/**
 * Writes a file that was not there, whole or not at all, durable when this returns.
 * False when the name was taken: `link` decides that, so of two writers one wins and nobody reads half a file.
 */
export const writeNewFile = async (path: string, bytes: Uint8Array): Promise<boolean> => {
  const temporary = await writeTemporary(path, bytes);
  try {
    await link(temporary, path);
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    await unlink(temporary);
  }
  await syncFolder(dirname(path));
  return true;
};

/** Puts new content in the place of a file, whole or not at all, durable when this returns. It keeps its instant. */
export const replaceFile = async (path: string, bytes: Uint8Array): Promise<void> => {
  const { atime, mtime } = await stat(path);
  const temporary = await writeTemporary(path, bytes);
  try {
    await utimes(temporary, atime, mtime);
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary);
    throw error;
  }
  await syncFolder(dirname(path));
};

/** Overwrites a file with random bytes, removes it, and waits until the disk says both. One that is gone is done. */
export const destroyFile = async (path: string): Promise<void> => {
  try {
    const file = await open(path, "r+");
    try {
      const { size } = await file.stat();
      await file.write(takeRandom(size), 0, size, 0);
      await file.sync();
    } finally {
      await file.close();
    }
    await unlink(path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
  await syncFolder(dirname(path));
};

/** A folder for its owner alone, with those above it, durable when this returns. */
export const makeFolder = async (path: string): Promise<void> => {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let folder = resolve(path); folder !== dirname(first); folder = dirname(folder)) {
    await syncFolder(dirname(folder));
  }
};

/** Is this what a crash left of writing the file of that name? */
export const isTemporaryOf = (entry: string, name: string): boolean =>
  entry.startsWith(`${name}.`) && entry.endsWith(TEMPORARY_ENDING);

/** The errno name of a failed system call, or undefined. */
export const errnoOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;

const writeTemporary = async (path: string, bytes: Uint8Array): Promise<string> => {
  const temporary = `${path}.${takeRandom(6).toString("hex")}${TEMPORARY_ENDING}`;
  const file = await open(temporary, "wx", PRIVATE);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } catch (error) {
    await unlink(temporary);
    throw error;
  } finally {
    await file.close();
  }
  return temporary;
};

/** A name is durable only when its folder is. Windows cannot open a folder, and needs no such call. */
const syncFolder = async (folder: string): Promise<void> => {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
