import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { takeRandom } from "#lib/crypto/random.ts";
import { newUuid } from "#lib/crypto/uuid.ts";
import type { KmsSubject } from "../conformance.ts";
import { createLocalKms, type LocalKms } from "../local.ts";
import { parseRootKey, type RootKey } from "../root-key.ts";

export type LocalSubject = KmsSubject & { kms: LocalKms; dir: string; root: RootKey; cmkId: string };

export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), "keyfold-kms-"));

export const randomRoot = (): RootKey => parseRootKey(takeRandom(32).toString("hex"));

/** A local KMS in a folder of its own, with two CMKs of one version each. */
export const temporaryKms = async (): Promise<LocalSubject> => {
  const folder = await temporaryFolder();
  const dir = join(folder, "kms");
  const root = randomRoot();
  const kms = createLocalKms({ dir, root });
  const [cmkId, otherId] = [newUuid(), newUuid()];
  await kms.createCmk(cmkId);
  await kms.createCmk(otherId);
  return {
    kms,
    dir,
    root,
    cmkId,
    adapter: kms.cmk(cmkId),
    other: kms.cmk(otherId),
    missing: kms.cmk(newUuid()),
    close: () => rm(folder, { recursive: true, force: true }),
  };
};

/** The code of what `call` rejects with, or what came instead. */
export const rejectionOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
  return "no error";
};
