import type { KeyObject } from "node:crypto";
import { gcmOpen, gcmSeal, NONCE_BYTES, TAG_BYTES } from "#lib/crypto/aead.ts";
import { encodePairs, type Pairs } from "#lib/crypto/encryption-context.ts";
import { KEK_PAYLOAD_BYTES } from "#lib/crypto/kek-payload.ts";
import { UUID_BYTES, uuidBytes, uuidText, viewOf } from "#lib/crypto/uuid.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { CmkId } from "./cmk-file.ts";

// docs/formats.md#local-provider-blob-kfl1
const MAGIC = 0x4b46_4c;
const VERSION = 0x01;
const CMK_ID_AT = 4;
const CMK_VERSION_AT = CMK_ID_AT + UUID_BYTES;
const NONCE_AT = CMK_VERSION_AT + 4;
const WRAPPED_AT = NONCE_AT + NONCE_BYTES;
export const LOCAL_BLOB_BYTES = WRAPPED_AT + KEK_PAYLOAD_BYTES + TAG_BYTES;

/** Which CMK version a KFL1 blob names, without a key; `KMS_INVALID_CIPHERTEXT` when it is not one. */
export const parseLocalBlob = (blob: Uint8Array): CmkId => {
  const view = viewOf(blob);
  if (view.length !== LOCAL_BLOB_BYTES || view.readUIntBE(0, 3) !== MAGIC || view[3] !== VERSION) {
    throw invalidBlob();
  }
  return { cmkId: uuidText(view, CMK_ID_AT), version: view.readUInt32BE(CMK_VERSION_AT) };
};

/** Wraps a 64-byte payload under a nonce that is given: random, except in vectors. */
export const writeLocalBlob = (
  cmk: KeyObject,
  id: CmkId,
  pairs: Pairs,
  payload: Uint8Array,
  nonce: Uint8Array,
): Buffer => {
  const blob = Buffer.allocUnsafeSlow(LOCAL_BLOB_BYTES);
  blob.writeUIntBE(MAGIC, 0, 3);
  blob.writeUInt8(VERSION, 3);
  blob.set(uuidBytes(id.cmkId), CMK_ID_AT);
  blob.writeUInt32BE(id.version, CMK_VERSION_AT);
  blob.set(nonce, NONCE_AT);
  gcmSeal(cmk, nonce, aadOf(blob, pairs), payload, blob, WRAPPED_AT);
  return blob;
};

/** The payload of a blob that `parseLocalBlob` accepted; `KMS_INVALID_CIPHERTEXT` for a wrong CMK, wrong pairs or a changed blob. */
export const openLocalBlob = (cmk: KeyObject, pairs: Pairs, blob: Uint8Array): Buffer => {
  const payload = gcmOpen(
    cmk,
    blob.subarray(NONCE_AT, WRAPPED_AT),
    aadOf(blob, pairs),
    blob.subarray(WRAPPED_AT),
  );
  if (payload === null) throw invalidBlob();
  return payload;
};

export const invalidBlob = (): DomainError =>
  new DomainError(
    "KMS_INVALID_CIPHERTEXT",
    "The KMS cannot open the wrapped key: it was changed, or belongs to another key or tenant.",
  );

/** AAD: the bytes before the nonce, then the canonical pairs. */
const aadOf = (blob: Uint8Array, pairs: Pairs): Buffer =>
  Buffer.concat([blob.subarray(0, NONCE_AT), encodePairs(pairs)]);
