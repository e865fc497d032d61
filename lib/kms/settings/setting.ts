import { DomainError } from "#lib/domain/errors.ts";

/** The environment that settings are read from. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What an operator may set: the variable of the environment, and the place in `keyfold.yaml` (claims D15 to D18). */
export const SETTINGS = {
  provider: { env: "ENCRYPTION_PROVIDER", path: "encryption.provider" },
  required: { env: "REQUIRE_ENCRYPTION", path: "encryption.require_encryption" },
  gcpKey: { env: "GCP_KMS_KEY_RESOURCE_NAME", path: "encryption.gcp_kms.key_resource_name" },
  awsKey: { env: "AWS_KMS_KEY_ID", path: "encryption.aws_kms.key_id" },
  azureKey: { env: "AZURE_KEYVAULT_KEY_ID", path: "encryption.azure_keyvault.key_id" },
  vaultAddress: { env: "VAULT_ADDR", path: "encryption.hashicorp_vault.address" },
  vaultMount: { env: null, path: "encryption.hashicorp_vault.mount" },
  vaultKey: { env: "VAULT_TRANSIT_KEY", path: "encryption.hashicorp_vault.key_name" },
} as const satisfies Record<string, { env: string | null; path: string }>;

export type SettingName = keyof typeof SETTINGS;

/** A value, and how its setting is called where it was set. */
export type Given = { value: string; from: string };

/** What the file says, by path. */
export type FileSettings = ReadonlyMap<string, string>;

/** A setting's value: the environment's, or else the file's. An empty variable is none. */
export const givenOf = (name: SettingName, env: Env, file: FileSettings): Given | null => {
  const setting = SETTINGS[name];
  const own = setting.env === null ? undefined : env[setting.env];
  if (setting.env !== null && own) return { value: own, from: setting.env };
  const value = file.get(setting.path);
  return value === undefined || value === "" ? null : { value, from: setting.path };
};

/** How a setting is called in a sentence about one that is not set. */
export const nameOf = (name: SettingName): string => {
  const { env, path } = SETTINGS[name];
  return env === null ? `${path} in keyfold.yaml` : `${env} (or ${path} in keyfold.yaml)`;
};

export const refuseSetting = (sentence: string): never => {
  throw new DomainError("INVALID_INPUT", sentence);
};
