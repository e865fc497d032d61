import type { KeyObject } from "node:crypto";
import { gcmOpen, gcmSeal, NONCE_BYTES, TAG_BYTES } from "#lib/crypto/aead.ts";
import { KEY_BYTES, secretKeyOf, withKeyBytes } from "#lib/crypto/secret-key.ts";
import { UUID_BYTES, uuidBytes, uuidText } from "#lib/crypto/uuid.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { ROOT_ID_BYTES, type RootKey } from "./root-key.ts";

// docs/formats.md#cmk-files-of-the-local-provider-kfc1
const MAGIC = 0x4b46_43;
const VERSION = 0x01;
const ROOT_ID_AT = 4;
const CMK_ID_AT = ROOT_ID_AT + ROOT_ID_BYTES;
const CMK_VERSION_AT = CMK_ID_AT + UUID_BYTES;
const NONCE_AT = CMK_VERSION_AT + 4;
const WRAPPED_AT = NONCE_AT + NONCE_BYTES;
export const CMK_FILE_BYTES = WRAPPED_AT + KEY_BYTES + TAG_BYTES;

export type CmkId = { cmkId: string; version: number };
export type CmkFile = CmkId & { rootId: Buffer };

/** What a CMK file says of itself, without a key; `KMS_BAD_RESPONSE` when it is not one. */
export const parseCmkFile = (file: Buffer): CmkFile => {
  if (file.length !== CMK_FILE_BYTES || file.readUIntBE(0, 3) !== MAGIC || file[3] !== VERSION)
    throw damaged();
  return {
    rootId: file.subarray(ROOT_ID_AT, CMK_ID_AT),
    cmkId: uuidText(file, CMK_ID_AT),
    version: file.readUInt32BE(CMK_VERSION_AT),
  };
};

/** Writes a CMK under a nonce that is given: random, except in vectors. */
export const writeCmkFile = (root: RootKey, id: CmkId, cmk: KeyObject, nonce: Uint8Array): Buffer => {
  const file = Buffer.allocUnsafeSlow(CMK_FILE_BYTES);
  file.writeUIntBE(MAGIC, 0, 3);
  file.writeUInt8(VERSION, 3);
  file.set(root.id, ROOT_ID_AT);
  file.set(uuidBytes(id.cmkId), CMK_ID_AT);
  file.writeUInt32BE(id.version, CMK_VERSION_AT);
  file.set(nonce, NONCE_AT);
  withKeyBytes(cmk, (bytes) => gcmSeal(root.key, nonce, file.subarray(0, NONCE_AT), bytes, file, WRAPPED_AT));
  return file;
};

/**
 * The CMK in a file, under the one root that the file names.
 *
 * @throws `KMS_MISCONFIGURED` when no given root is the file's, `KMS_BAD_RESPONSE` when the file is damaged or another's.
 */
export const openCmkFile = (roots: readonly RootKey[], id: CmkId, file: Buffer): KeyObject => {
  const parsed = parseCmkFile(file);
  if (parsed.cmkId !== id.cmkId || parsed.version !== id.version) throw damaged();
  const root = roots.find((candidate) => candidate.id.equals(parsed.rootId));
  if (root === undefined) {
    throw new DomainError(
      "KMS_MISCONFIGURED",
      "The CMK was written under a root key that is not configured.",
    );
  }
  const cmk = gcmOpen(
    root.key,
    file.subarray(NONCE_AT, WRAPPED_AT),
    file.subarray(0, NONCE_AT),
    file.subarray(WRAPPED_AT),
  );
  if (cmk === null) throw damaged();
  return secretKeyOf(cmk);
};

const damaged = (): DomainError =>
  new DomainError("KMS_BAD_RESPONSE", "The file of the CMK version is damaged.");
