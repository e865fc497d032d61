import { join } from "node:path";
import { NONCE_BYTES } from "#lib/crypto/aead.ts";
import { takeRandom } from "#lib/crypto/random.ts";
import { openCmkFile, parseCmkFile, writeCmkFile } from "./cmk-file.ts";
import { cmkFileName } from "./cmk-file-name.ts";
import { type CmkStore, folderNames, readCmkFile } from "./cmk-store.ts";
import { replaceFile } from "./durable-file.ts";
import { toKmsError } from "./local-errors.ts";

/** How many CMK files are under which root. `unknown` above zero: a keeper must not start. */
export type RootCount = { current: number; previous: number; unknown: number };

export const countByRoot = async (store: CmkStore): Promise<RootCount> => {
  const count: RootCount = { current: 0, previous: 0, unknown: 0 };
  for await (const { rootId } of files(store)) {
    if (store.root.id.equals(rootId)) count.current++;
    else if (store.previousRoots.some((root) => root.id.equals(rootId))) count.previous++;
    else count.unknown++;
  }
  return count;
};

/** Wraps every CMK that is under a previous root under the current one. Safe to repeat; answers how many it moved. */
export const moveToCurrentRoot = async (store: CmkStore): Promise<number> => {
  let moved = 0;
  for await (const { rootId, bytes, ...id } of files(store)) {
    if (store.root.id.equals(rootId)) continue;
    const cmk = openCmkFile(store.previousRoots, id, bytes);
    const rewritten = writeCmkFile(store.root, id, cmk, takeRandom(NONCE_BYTES));
    await replaceFile(join(store.dir, cmkFileName(id.cmkId, id.version)), rewritten).catch(
      (error: unknown) => {
        throw toKmsError(error);
      },
    );
    moved++;
  }
  return moved;
};

async function* files(store: CmkStore) {
  for (const { cmkId, version, destroyed } of await folderNames(store.dir)) {
    if (destroyed) continue;
    const bytes = await readCmkFile(store, { cmkId, version });
    if (bytes !== null) yield { cmkId, version, bytes, rootId: parseCmkFile(bytes).rootId };
  }
}
