import { DomainError } from "#lib/domain/errors.ts";
import { type AwsConfig, createAwsAdapter } from "./aws.ts";
import { type AzureConfig, createAzureAdapter } from "./azure.ts";
import type { Egress } from "./egress/egress.ts";
import { createGcpAdapter, type GcpConfig } from "./gcp.ts";
import { KmsError } from "./kms-error.ts";
import type { KmsAdapter } from "./port.ts";
import { createVaultAdapter, type VaultConfig } from "./vault.ts";

/** A CMK at one of the providers that are asked over a network. */
export type CmkConfig =
  | ({ provider: "aws" } & AwsConfig)
  | ({ provider: "azure" } & AzureConfig)
  | ({ provider: "gcp" } & GcpConfig)
  | ({ provider: "vault" } & VaultConfig);

/**
 * The adapter of a CMK. Its provider's SDK is loaded here for the first time, and only that one.
 *
 * @throws `KMS_MISCONFIGURED` for a config that cannot be right, or an SDK that is not installed.
 */
export const openAdapter = async (config: CmkConfig, egress: Egress): Promise<KmsAdapter> => {
  try {
    return await create(config, egress);
  } catch (error) {
    if (error instanceof DomainError) throw error;
    const isMissing = error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
    if (!isMissing) throw error;
    throw new KmsError(
      "KMS_MISCONFIGURED",
      `The library for ${config.provider} is not installed.`,
      {},
      error,
    );
  }
};

const create = (config: CmkConfig, egress: Egress): Promise<KmsAdapter> => {
  switch (config.provider) {
    case "aws":
      return createAwsAdapter(config, egress);
    case "azure":
      return createAzureAdapter(config, egress);
    case "gcp":
      return createGcpAdapter(config, egress);
    case "vault":
      return createVaultAdapter(config, egress);
  }
};
