import { join } from "node:path";
import { NONCE_BYTES } from "#lib/crypto/aead.ts";
import { takeRandom } from "#lib/crypto/random.ts";
import { type CmkId, openCmkFile, parseCmkFile, writeCmkFile } from "./cmk-file.ts";
import { cmkFileName } from "./cmk-file-name.ts";
import {
  type CmkStore,
  destroyVersionFile,
  folderNames,
  isMarkedDestroyed,
  readCmkFile,
} from "./cmk-store.ts";
import { replaceFile } from "./durable-file.ts";
import { toKmsError } from "./local-errors.ts";

/**
 * How many CMK files are under which root. `unknown` above zero: a keeper must not start.
 * `damaged` files name no root, or do not open under the one they name; they are their tenants' trouble and not everybody's.
 */
export type RootCount = { current: number; previous: number; unknown: number; damaged: number };

export const countByRoot = async (store: CmkStore): Promise<RootCount> => {
  const count: RootCount = { current: 0, previous: 0, unknown: 0, damaged: 0 };
  for (const file of await liveFiles(store)) count[placeOf(store, file)]++;
  return count;
};

/**
 * Wraps every CMK that is under a previous root under the current one. Safe to repeat; answers how many it moved.
 * A damaged file stays as it is.
 *
 * @throws `KMS_MISCONFIGURED` for a file under a root that is not given.
 */
export const moveToCurrentRoot = async (store: CmkStore): Promise<number> => {
  let moved = 0;
  for (const file of await liveFiles(store)) {
    const place = placeOf(store, file);
    if (place === "current" || place === "damaged") continue;
    const { bytes, ...id } = file;
    const cmk = openCmkFile(store.previousRoots, id, bytes);
    const rewritten = writeCmkFile(store.root, id, cmk, takeRandom(NONCE_BYTES));
    await replaceFile(join(store.dir, cmkFileName(id.cmkId, id.version)), rewritten).catch(
      (error: unknown) => {
        throw toKmsError(error);
      },
    );
    // A destruction that ran meanwhile must not be undone by the file that was just written.
    if (await isMarkedDestroyed(store, id)) await destroyVersionFile(store, id);
    moved++;
  }
  return moved;
};

type LiveFile = CmkId & { bytes: Buffer };

const placeOf = (store: CmkStore, { bytes, ...id }: LiveFile): keyof RootCount => {
  const rootId = rootIdOf(bytes);
  if (rootId === null) return "damaged";
  const isCurrent = store.root.id.equals(rootId);
  if (!isCurrent && !store.previousRoots.some((root) => root.id.equals(rootId))) return "unknown";
  try {
    openCmkFile([store.root, ...store.previousRoots], id, bytes);
    return isCurrent ? "current" : "previous";
  } catch {
    return "damaged";
  }
};

/** The files of versions that nobody destroys. */
const liveFiles = async (store: CmkStore): Promise<LiveFile[]> => {
  const names = await folderNames(store.dir);
  const marked = new Set(
    names.filter((name) => name.destroyed).map(({ cmkId, version }) => cmkFileName(cmkId, version)),
  );
  const live = names.filter(
    ({ cmkId, version, destroyed }) => !destroyed && !marked.has(cmkFileName(cmkId, version)),
  );
  const files = await Promise.all(
    live.map(async ({ cmkId, version }) => ({
      cmkId,
      version,
      bytes: await readCmkFile(store, { cmkId, version }),
    })),
  );
  return files.flatMap(({ bytes, ...id }) => (bytes === null ? [] : { ...id, bytes }));
};

const rootIdOf = (bytes: Buffer): Buffer | null => {
  try {
    return parseCmkFile(bytes).rootId;
  } catch {
    return null;
  }
};
