import type { KeyVaultKey } from "@azure/keyvault-keys";
import type { CmkHealth } from "#lib/domain/key-state.ts";
import { expiresSoon } from "./expires-soon.ts";
import { KmsError } from "./kms-error.ts";
import type { CmkDescription, CmkWarning } from "./port.ts";

export const RSA_BITS_MIN = 2048;

/** Throws for a key that cannot wrap a KEK, whoever asks. */
export const refuseKey = (key: KeyVaultKey): void => {
  const isRsa = key.keyType === "RSA" || key.keyType === "RSA-HSM";
  if (!isRsa || bitsOf(key) < RSA_BITS_MIN)
    throw new KmsError("KMS_MISCONFIGURED", "The key is not an RSA key of at least 2048 bits.", {
      code: "keyfold:not-rsa",
    });
  const operations: readonly string[] = key.keyOperations ?? [];
  if (!operations.includes("wrapKey") || !operations.includes("unwrapKey"))
    throw new KmsError("KMS_MISCONFIGURED", "The key does not permit wrapKey and unwrapKey.", {
      code: "keyfold:key-operations",
    });
};

/** The size of an RSA key. */
export const bitsOf = (key: KeyVaultKey): number => (key.key?.n?.length ?? 0) * 8;

export type KeyProperties = KeyVaultKey["properties"];

/** The health of one version. */
export const healthOf = ({ enabled, notBefore, expiresOn }: KeyProperties): CmkHealth => {
  const now = Date.now();
  const isValid = (notBefore?.getTime() ?? 0) <= now && (expiresOn?.getTime() ?? now + 1) > now;
  return enabled !== false && isValid ? "enabled" : "disabled";
};

/** What does not change from version to version. */
export const factsOf = (
  key: KeyVaultKey,
): Pick<CmkDescription, "protection" | "algorithm" | "origin" | "warnings"> => {
  const { recoveryLevel, exportable, expiresOn } = key.properties;
  const isHsm = key.keyType?.endsWith("-HSM") ?? false;
  const warnings: CmkWarning[] = [];
  if (!isHsm) warnings.push("not-hsm");
  if (exportable) warnings.push("exportable");
  if (recoveryLevel?.includes("Purgeable")) warnings.push("purge-protection-off");
  if (expiresSoon(expiresOn)) warnings.push("expires-soon");
  return {
    protection: isHsm ? "hsm" : "software",
    algorithm: `${key.keyType ?? "RSA"} ${bitsOf(key)}`,
    origin: "unknown",
    warnings,
  };
};
