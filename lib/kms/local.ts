import { NONCE_BYTES } from "#lib/crypto/aead.ts";
import type { Pairs } from "#lib/crypto/encryption-context.ts";
import { KEY_VERSION_MAX } from "#lib/crypto/kek.ts";
import { KEK_PAYLOAD_BYTES } from "#lib/crypto/kek-payload.ts";
import { takeRandom } from "#lib/crypto/random.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { isUuid } from "#lib/domain/ids.ts";
import {
  type CmkStore,
  createVersionFile,
  destroyVersionFile,
  folderNames,
  listVersions,
  noSuchVersion,
  readCmk,
} from "./cmk-store.ts";
import { invalidBlob, openLocalBlob, parseLocalBlob, writeLocalBlob } from "./local-blob.ts";
import { countByRoot, moveToCurrentRoot, type RootCount } from "./local-roots.ts";
import type { CallOptions, CmkDescription, KmsAdapter, KmsCapabilities, Wrapped } from "./port.ts";
import type { RootKey } from "./root-key.ts";

const CAPABILITIES: KmsCapabilities = {
  aad: "native",
  wrapVersionChoice: true,
  unwrapVersion: "checked",
  createVersion: true,
  destroyVersion: "immediate",
  plaintextBytesMax: KEK_PAYLOAD_BYTES,
};

const CAVEAT =
  "The file was overwritten and removed; snapshots and backups of the file system may still hold it and are the operator's to remove.";

/** The local provider: CMKs as files under one root key, on this machine or a shared volume. Not an HSM. */
export type LocalKms = {
  /** Makes version 1 of a CMK; safe to repeat. */
  createCmk(cmkId: string): Promise<void>;
  /** The adapter of one CMK, which need not exist yet. */
  cmk(cmkId: string): KmsAdapter;
  countByRoot(): Promise<RootCount>;
  /** Until the move, new files are written under the newest previous root, which every other keeper knows. */
  holdNewFiles(): void;
  /** From here on new files are written under the current root too. */
  moveToCurrentRoot(): Promise<number>;
};

export const createLocalKms = (options: {
  dir: string;
  root: RootKey;
  previousRoots?: readonly RootKey[];
}): LocalKms => {
  const store: CmkStore = {
    dir: options.dir,
    root: options.root,
    previousRoots: options.previousRoots ?? [],
    rootOfNew: options.root,
  };
  return {
    createCmk: async (cmkId) => {
      // A CMK whose first version was destroyed is not made again.
      if ((await folderNames(store.dir)).some((name) => name.cmkId === cmkId)) return;
      await createVersionFile(store, { cmkId, version: 1 });
    },
    cmk: (cmkId) => createAdapter(store, cmkId),
    countByRoot: () => countByRoot(store),
    holdNewFiles: () => {
      store.rootOfNew = store.previousRoots[0] ?? store.root;
    },
    moveToCurrentRoot: () => {
      store.rootOfNew = store.root;
      return moveToCurrentRoot(store);
    },
  };
};

const createAdapter = (store: CmkStore, cmkId: string): KmsAdapter => {
  if (!isUuid(cmkId)) throw new TypeError("A CMK's id is a lower-case hyphenated UUID.");
  const keyId = `local:${cmkId}`;
  return {
    provider: "local",
    keyId,
    capabilities: CAPABILITIES,
    wrap: (plaintext, pairs, call) => wrap(store, cmkId, plaintext, pairs, call),
    unwrap: (blob, cmkVersion, pairs, call) => unwrap(store, cmkId, blob, cmkVersion, pairs, call),
    describe: (call) => describe(store, cmkId, call),
    createVersion: (after, call) => createVersion(store, cmkId, after, call),
    destroyVersion: async (version, call) => {
      call?.signal?.throwIfAborted();
      await destroyVersionFile(store, { cmkId, version: versionNumber(version) });
      return { caveat: CAVEAT };
    },
  };
};

const wrap = async (
  store: CmkStore,
  cmkId: string,
  plaintext: Uint8Array,
  pairs: Pairs,
  call: (CallOptions & { version?: string }) | undefined,
): Promise<Wrapped> => {
  call?.signal?.throwIfAborted();
  if (plaintext.length !== KEK_PAYLOAD_BYTES) {
    throw new DomainError("KMS_MISCONFIGURED", `The local KMS wraps exactly ${KEK_PAYLOAD_BYTES} bytes.`);
  }
  const version =
    call?.version === undefined ? await currentVersion(store, cmkId) : versionNumber(call.version);
  const id = { cmkId, version };
  const cmk = await readCmk(store, id);
  return {
    blob: writeLocalBlob(cmk, id, pairs, plaintext, takeRandom(NONCE_BYTES)),
    cmkVersion: String(version),
  };
};

const unwrap = async (
  store: CmkStore,
  cmkId: string,
  blob: Uint8Array,
  cmkVersion: string,
  pairs: Pairs,
  call: CallOptions | undefined,
): Promise<Uint8Array> => {
  call?.signal?.throwIfAborted();
  const id = parseLocalBlob(blob);
  if (id.cmkId !== cmkId || String(id.version) !== cmkVersion) throw invalidBlob();
  return openLocalBlob(await readCmk(store, id), pairs, blob);
};

const describe = async (
  store: CmkStore,
  cmkId: string,
  call: CallOptions | undefined,
): Promise<CmkDescription> => {
  call?.signal?.throwIfAborted();
  const versions = await listVersions(store, cmkId);
  const current = versions.findLast((version) => version.state === "enabled");
  return {
    health: current?.state ?? versions.at(-1)?.state ?? "destroyed",
    protection: "software",
    currentVersion: current === undefined ? null : String(current.version),
    versions: versions.map(({ version, state, createdAt }) => ({
      ref: { provider: "local", keyId: `local:${cmkId}`, version: String(version) },
      health: state,
      createdAt,
    })),
    algorithm: "AES-256-GCM",
    origin: "provider",
    deletionAt: null,
    warnings: ["not-hsm"],
  };
};

const createVersion = async (
  store: CmkStore,
  cmkId: string,
  after: string,
  call: CallOptions | undefined,
): Promise<string> => {
  call?.signal?.throwIfAborted();
  const previous = versionNumber(after);
  const versions = await listVersions(store, cmkId);
  const made = versions.findLast((version) => version.version > previous && version.state === "enabled");
  if (made !== undefined) return String(made.version);
  const newest = versions.at(-1)?.version ?? 0;
  if (newest < previous) throw noSuchVersion();
  // Two keepers that come here at once make the same number, and one of them finds it made.
  await createVersionFile(store, { cmkId, version: newest + 1 });
  return String(newest + 1);
};

const currentVersion = async (store: CmkStore, cmkId: string): Promise<number> => {
  const versions = await listVersions(store, cmkId);
  const current = versions.findLast((version) => version.state === "enabled");
  if (current === undefined)
    throw new DomainError("KMS_KEY_DESTROYED", "Every version of the CMK was destroyed.");
  return current.version;
};

const versionNumber = (text: string): number => {
  const version = /^[1-9][0-9]{0,9}$/.test(text) ? Number(text) : 0;
  if (version < 1 || version > KEY_VERSION_MAX) throw noSuchVersion();
  return version;
};
