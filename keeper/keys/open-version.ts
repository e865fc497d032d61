import type { SealedVersion } from "#db/queries/key-version.ts";
import { withTenant } from "#db/tenant-tx.ts";
import type { Kek } from "#lib/crypto/kek.ts";
import { keyVersionPairs, verifyRowMac } from "#lib/crypto/row-mac.ts";
import { keyVersionTarget } from "#lib/domain/audit-catalogue.ts";
import { createEventLimit } from "#lib/domain/event-limit.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { unwrapKek } from "#lib/kms/wrap-kek.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import { openCmk } from "../connections/open-cmk.ts";
import type { Keeper } from "../keeper.ts";
import { keeperMeta } from "../keeper.ts";
import { noteKmsCall } from "./kms-calls.ts";
import { recordKmsError } from "./record-kms-error.ts";

export const versionPairs = (
  tenantId: TenantId,
  version: Pick<
    SealedVersion,
    "keyId" | "number" | "name" | "state" | "cmkId" | "cmkVersion" | "current" | "rev"
  >,
) =>
  keyVersionPairs({
    tenant: tenantId,
    key: version.keyId,
    version: version.number,
    purpose: version.name,
    state: version.state,
    cmk: version.cmkId,
    cmkVersion: version.cmkVersion,
    current: version.current,
    rev: version.rev,
  });

const limit = createEventLimit({ perSecond: 1 });

const whyRefused = (
  keeper: Pick<Keeper, "keyring">,
  tenantId: TenantId,
  version: SealedVersion,
): string | null => {
  if (
    !verifyRowMac(keeper.keyring, "key_version", versionPairs(tenantId, version), version.blob, version.mac)
  )
    return "mac";
  return version.rev < version.toldRev ? "rev" : null;
};

/**
 * Holds a version's row against its MAC and its newest event. A row that a keeper did not write, or an old one
 * put back, is reported and refused: no key is opened from it.
 */
export const verifyVersion = async (
  keeper: Keeper,
  tenantId: TenantId,
  version: SealedVersion,
  req: string,
): Promise<void> => {
  const reason = whyRefused(keeper, tenantId, version);
  if (reason === null) return;
  const event = {
    action: "key_version.refused" as const,
    target: keyVersionTarget(version.keyId, version.number),
    outcome: "denied" as const,
    detail: { version: version.number, reason },
  };
  if (limit(event.target.id, Date.now()).write) {
    await withTenant(keeper.db, tenantId, (tx) => writeEvents(tx, keeperMeta(keeper, req), [event]));
  }
  throw new DomainError("INTERNAL", "The key version's row was not written by a keeper. It is not used.", {
    reason,
  });
};

/** Unwraps a version's KEK: one KMS call. A provider's failure keeps its code and is logged as `crypto.kms_error`. */
export const openVersion = async (
  keeper: Keeper,
  tenantId: TenantId,
  version: SealedVersion,
  req: string,
): Promise<Kek> => {
  await verifyVersion(keeper, tenantId, version, req);
  const adapter = await openCmk(keeper, tenantId, version.cmkId, req);
  noteKmsCall(req);
  try {
    return await unwrapKek(adapter, version, {
      tenant: tenantId,
      key: version.keyId,
      purpose: version.name,
      version: version.number,
    });
  } catch (error) {
    await recordKmsError(keeper, tenantId, version.cmkId, adapter.provider, error, req);
    throw error;
  }
};
