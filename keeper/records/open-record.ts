import type { StoredRecord } from "#db/queries/record.ts";
import type { Dek } from "#lib/crypto/dek.ts";
import type { WrappedDek } from "#lib/crypto/wrapped-dek.ts";
import { parseWrappedDek, unwrapDek } from "#lib/crypto/wrapped-dek.ts";
import { decryptFailed } from "#lib/domain/errors.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import type { KeyState } from "#lib/domain/key-state.ts";
import type { Keeper } from "../keeper.ts";
import { refuseKey, refuseVersion } from "./refuse-unusable.ts";

/** A stored record whose key and version may be used, with the wrapped DEK that the row and its bytes agree on. */
export type UsableRecord = StoredRecord & {
  keyVersion: number;
  keyState: KeyState;
  cmkId: string;
  wrappedDek: Uint8Array;
  wrapped: WrappedDek;
};

/**
 * Looks at a record's key and version as they stand now, not as they stood when the KEK was cached: a suspension counts
 * from the moment it is committed.
 *
 * @throws `KEY_SUSPENDED`, `KEY_SHREDDED`, `VERSION_RETIRED`; `DECRYPT_FAILED` or `ENVELOPE_…` for a damaged DEK.
 */
export const checkUsable = (stored: StoredRecord): UsableRecord => {
  refuseKey(stored);
  const { wrappedDek, keyVersion, keyState, cmkId } = stored;
  if (wrappedDek === null || keyVersion === null) throw decryptFailed("dek_missing");
  const wrapped = parseWrappedDek(wrappedDek);
  if (wrapped.keyId !== stored.keyId || wrapped.keyVersion !== keyVersion) throw decryptFailed("key_version");
  refuseVersion({ ...stored, keyVersion, keyState: cmkId === null ? null : keyState });
  if (keyState === null || cmkId === null) throw decryptFailed("version_missing");
  return { ...stored, keyVersion, keyState, cmkId, wrappedDek, wrapped };
};

/** The DEK of a record, unwrapped under the version it is on. */
export const openDek = async (
  { keks }: Pick<Keeper, "keks">,
  tenant: TenantId,
  record: UsableRecord,
  req: string,
): Promise<Dek> => {
  const { kek, purpose } = await keks.forUnwrap(tenant, record.keyId, record.keyVersion, req);
  return unwrapDek(kek, record.wrappedDek, { purpose, tenant });
};
