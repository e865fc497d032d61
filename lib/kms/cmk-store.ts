import type { KeyObject } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { NONCE_BYTES } from "#lib/crypto/aead.ts";
import { takeRandom } from "#lib/crypto/random.ts";
import { KEY_BYTES, secretKeyOf } from "#lib/crypto/secret-key.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { type CmkId, openCmkFile, writeCmkFile } from "./cmk-file.ts";
import { type CmkFileName, cmkFileName, destroyedFileName, parseCmkFileName } from "./cmk-file-name.ts";
import { destroyFile, errnoOf, isTemporaryOf, makeFolder, writeNewFile } from "./durable-file.ts";
import { toKmsError } from "./local-errors.ts";
import type { RootKey } from "./root-key.ts";

export type StoredVersion = {
  version: number;
  /** `pending_deletion`: a destruction began and did not end; it opens nothing and can only be finished. */
  state: "enabled" | "pending_deletion" | "destroyed";
  createdAt: Date | null;
};

export type CmkStore = {
  dir: string;
  root: RootKey;
  previousRoots: readonly RootKey[];
  /** What new files are written under: while others know only the root before, that one. */
  rootOfNew: RootKey;
};

/** Every version of a CMK that the folder knows, oldest first; `KMS_KEY_NOT_FOUND` when it knows none. */
export const listVersions = async (store: CmkStore, cmkId: string): Promise<StoredVersion[]> => {
  const names = (await folderNames(store.dir)).filter((name) => name.cmkId === cmkId);
  if (names.length === 0) throw noSuchVersion();
  const destroyed = new Set(names.filter((name) => name.destroyed).map((name) => name.version));
  const held = new Set(names.filter((name) => !name.destroyed).map((name) => name.version));
  const versions = [...new Set([...destroyed, ...held])].sort((a, b) => a - b);
  return Promise.all(
    versions.map(async (version) => ({
      version,
      state: !held.has(version) ? "destroyed" : destroyed.has(version) ? "pending_deletion" : "enabled",
      createdAt: held.has(version) ? await createdAt(store, { cmkId, version }) : null,
    })),
  );
};

/** The CMK of one version. */
export const readCmk = async (store: CmkStore, id: CmkId): Promise<KeyObject> => {
  const file = await readCmkFile(store, id);
  if (await isMarkedDestroyed(store, id)) {
    throw file === null
      ? new DomainError("KMS_KEY_DESTROYED", "The CMK version was destroyed.")
      : new DomainError("KMS_KEY_PENDING_DELETION", "The CMK version is being destroyed.");
  }
  if (file === null) throw noSuchVersion();
  return openCmkFile([store.root, ...store.previousRoots], id, file);
};

/** Makes one version with a fresh CMK; when it is there already, it stays as it is. */
export const createVersionFile = async (store: CmkStore, id: CmkId): Promise<void> => {
  const cmk = secretKeyOf(takeRandom(KEY_BYTES));
  const bytes = writeCmkFile(store.rootOfNew, id, cmk, takeRandom(NONCE_BYTES));
  try {
    await makeFolder(store.dir);
    await writeNewFile(join(store.dir, cmkFileName(id.cmkId, id.version)), bytes);
  } catch (error) {
    throw toKmsError(error);
  }
};

/**
 * Destroys one version. The mark comes first: a crash between the two leaves a version that opens nothing and
 * that the next call finishes, never one that is gone without anybody knowing why.
 */
export const destroyVersionFile = async (store: CmkStore, id: CmkId): Promise<void> => {
  const name = cmkFileName(id.cmkId, id.version);
  const mark = join(store.dir, destroyedFileName(id.cmkId, id.version));
  try {
    if (!(await exists(join(store.dir, name))) && !(await exists(mark))) throw noSuchVersion();
    await writeNewFile(mark, new Uint8Array(0));
    // A crash while the version was written may have left a second copy beside it.
    const copies = (await readdir(store.dir)).filter((entry) => entry === name || isTemporaryOf(entry, name));
    for (const copy of copies) await destroyFile(join(store.dir, copy));
  } catch (error) {
    throw toKmsError(error);
  }
};

/** Did somebody order the destruction of this version? */
export const isMarkedDestroyed = (store: CmkStore, id: CmkId): Promise<boolean> =>
  exists(join(store.dir, destroyedFileName(id.cmkId, id.version)));

/** The names of CMK files and marks in the folder. */
export const folderNames = async (dir: string): Promise<CmkFileName[]> => {
  try {
    return (await readdir(dir)).flatMap((name) => parseCmkFileName(name) ?? []);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw toKmsError(error);
  }
};

/** The bytes of a version's file, or null when there is none. */
export const readCmkFile = async (store: CmkStore, id: CmkId): Promise<Buffer | null> => {
  try {
    return await readFile(join(store.dir, cmkFileName(id.cmkId, id.version)));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return null;
    throw toKmsError(error);
  }
};

const createdAt = async (store: CmkStore, id: CmkId): Promise<Date | null> => {
  try {
    return (await stat(join(store.dir, cmkFileName(id.cmkId, id.version)))).mtime;
  } catch {
    return null;
  }
};

const exists = async (path: string): Promise<boolean> => {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw toKmsError(error);
  }
};

export const noSuchVersion = (): DomainError =>
  new DomainError("KMS_KEY_NOT_FOUND", "The KMS has no such CMK version.");
