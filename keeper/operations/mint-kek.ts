import { generateKek } from "#lib/crypto/kek.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { wrapKek } from "#lib/kms/wrap-kek.ts";
import { openCmk } from "../connections/open-cmk.ts";
import type { Keeper } from "../keeper.ts";
import { recordKmsError } from "../keys/record-kms-error.ts";

/** A fresh KEK as a CMK wraps it: one KMS call. The plaintext is dropped here and opened again when first used. */
export const mintKek = async (
  keeper: Keeper,
  tenantId: TenantId,
  key: { keyId: string; name: string; number: number },
  cmkId: string,
  req: string,
): Promise<{ cmkId: string; cmkVersion: string; blob: Uint8Array }> => {
  const adapter = await openCmk(keeper, tenantId, cmkId, req);
  const kek = generateKek({ keyId: key.keyId, version: key.number });
  try {
    const { blob, cmkVersion } = await wrapKek(adapter, kek, { tenant: tenantId, purpose: key.name });
    return { cmkId, cmkVersion, blob };
  } catch (error) {
    await recordKmsError(keeper, tenantId, cmkId, adapter.provider, error, req);
    throw error;
  }
};
