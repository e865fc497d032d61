import type { KmsProvider } from "../port.ts";

/** What a provider is called in settings and in `GET /health/crypto`, to the letter (claims D15, D28). */
export const PROVIDER_NAMES = {
  local: "local",
  gcp: "gcp-kms",
  aws: "aws-kms",
  azure: "azure-keyvault",
  vault: "hashicorp-vault",
} as const satisfies Record<KmsProvider, string>;

/** The provider that a setting names, or null. */
export const providerNamed = (name: string): KmsProvider | null => {
  const found = Object.entries(PROVIDER_NAMES).find(([, known]) => known === name);
  return found ? (found[0] as KmsProvider) : null;
};
