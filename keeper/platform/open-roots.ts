import { join } from "node:path";
import { DomainError } from "#lib/domain/errors.ts";
import { createLocalKms, type LocalKms } from "#lib/kms/local.ts";
import { parsePreviousRoots } from "#lib/kms/previous-roots.ts";
import { loadOrCreateRootKey, parseRootKey, type RootKey } from "#lib/kms/root-key.ts";
import type { Env } from "#lib/kms/settings/setting.ts";

export type Roots = { root: RootKey; previousRoots: readonly RootKey[] };

/** The roots a keeper is given: `ENCRYPTION_KEY`, or the file in the data directory, and those before it. */
export const readRoots = async (env: Env, dataDir: string): Promise<Roots> => {
  const root = env.ENCRYPTION_KEY
    ? parseRootKey(env.ENCRYPTION_KEY, "ENCRYPTION_KEY")
    : await loadOrCreateRootKey(join(dataDir, "root.key"), { cmkDir: join(dataDir, "kms") });
  return { root, previousRoots: parsePreviousRoots(env.ENCRYPTION_KEY_PREVIOUS, root) };
};

/**
 * The local KMS of a data directory.
 *
 * @throws `KMS_MISCONFIGURED` with the count when CMK files are under a root that is not given
 */
export const openLocalKms = async (dataDir: string, roots: Roots): Promise<LocalKms> => {
  const dir = join(dataDir, "kms");
  const kms = createLocalKms({ dir, ...roots });
  const { unknown } = await kms.countByRoot();
  if (unknown > 0) {
    throw new DomainError(
      "KMS_MISCONFIGURED",
      `${unknown} CMK ${unknown === 1 ? "file" : "files"} in ${dir} ${unknown === 1 ? "is" : "are"} under a root key that is not given: name it in ENCRYPTION_KEY_PREVIOUS (before there was an ENCRYPTION_KEY it was the content of ${join(dataDir, "root.key")}).`,
    );
  }
  return kms;
};
