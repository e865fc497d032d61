import type { ConnectionProvider } from "#lib/domain/connection.ts";

/** What people call the providers. */
export const PROVIDER_NAMES: Readonly<Record<ConnectionProvider, string>> = {
  aws: "AWS KMS",
  azure: "Azure Key Vault",
  gcp: "Google Cloud KMS",
  vault: "Vault or OpenBao",
};

export const CUSTODY_WORDS = {
  customer: "the tenant’s own",
  vendor: "the vendor’s",
  platform: "the platform’s",
} as const;

/** What a secret is called where it is typed. */
export const SECRET_NAMES: Readonly<Record<string, string>> = {
  secretAccessKey: "Secret access key",
  clientSecret: "Client secret",
  privateKeyPem: "Private key (PEM)",
  secretId: "Secret id",
};
