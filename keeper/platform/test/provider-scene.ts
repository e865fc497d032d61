import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startAws } from "#emulators/aws.ts";
import { startAzure } from "#emulators/azure.ts";
import { startGcp } from "#emulators/gcp.ts";
import { startVault } from "#emulators/vault.ts";

/** A provider that a keeper process can be pointed at, with a key for it and a login as its own tools take it. */
export type ProviderScene = {
  /** Settings and credentials, all from the environment. */
  env: Record<string, string>;
  /** The setting of the key, what it is in `env`, and one that the provider never made. */
  key: { setting: string; other: string; missing: string };
  /** Packages that this provider needs. */
  packages: readonly string[];
  /** No call gets an answer until it is back. */
  away(): void;
  back(): void;
  close(): Promise<void>;
};

type Server = {
  doors: { fault(input: { kind: "reset"; times: number }): void; clearFaults(): void };
  close(): Promise<void>;
};

const ends = ({ doors, close }: Server): Pick<ProviderScene, "away" | "back" | "close"> => ({
  away: () => doors.fault({ kind: "reset", times: 1_000_000 }),
  back: () => doors.clearFaults(),
  close,
});

const aws = async (): Promise<ProviderScene> => {
  const server = await startAws();
  const arn = server.doors.createKey({});
  return {
    env: {
      ENCRYPTION_PROVIDER: "aws-kms",
      AWS_KMS_KEY_ID: arn,
      AWS_ENDPOINT_URL_KMS: server.url,
      AWS_ACCESS_KEY_ID: "AKIAEMULATOR",
      AWS_SECRET_ACCESS_KEY: "an emulator asks for none",
    },
    key: {
      setting: "AWS_KMS_KEY_ID",
      other: server.doors.createKey({}),
      missing: "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-4000-8000-000000000000",
    },
    packages: ["@aws-sdk/client-kms"],
    ...ends(server),
  };
};

const azure = async (folder: string): Promise<ProviderScene> => {
  const server = await startAzure();
  const [tenantId, clientId, secret] = [
    "11111111-2222-4333-8444-555555555555",
    "0190f3a0-b2c4-4def-8123-456789abcc01",
    "s3cret",
  ];
  server.doors.addApp({ tenantId, clientId, secret });
  server.doors.createKey({ name: "cmk" });
  server.doors.createKey({ name: "other" });
  const ca = join(folder, "azure.pem");
  writeFileSync(ca, server.ca ?? "");
  return {
    env: {
      ENCRYPTION_PROVIDER: "azure-keyvault",
      AZURE_KEYVAULT_KEY_ID: `${server.url}/keys/cmk`,
      AZURE_AUTHORITY_HOST: server.url,
      AZURE_TENANT_ID: tenantId,
      AZURE_CLIENT_ID: clientId,
      AZURE_CLIENT_SECRET: secret,
      NODE_EXTRA_CA_CERTS: ca,
    },
    key: {
      setting: "AZURE_KEYVAULT_KEY_ID",
      other: `${server.url}/keys/other`,
      missing: `${server.url}/keys/never-made`,
    },
    packages: ["@azure/keyvault-keys", "@azure/identity"],
    ...ends(server),
  };
};

const gcp = async (folder: string): Promise<ProviderScene> => {
  const server = await startGcp();
  const ring = "projects/my-project/locations/global/keyRings/signal/cryptoKeys";
  for (const name of ["dek", "other"]) server.doors.createKey({ name: `${ring}/${name}` });
  server.doors.addSubject({ subject: "keeper", token: "signed by our issuer" });
  const [token, credentials] = [join(folder, "gcp.token"), join(folder, "gcp.json")];
  writeFileSync(token, "signed by our issuer");
  const federated = {
    type: "external_account",
    audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/own",
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: `${server.url}/v1/token`,
    credential_source: { file: token },
  };
  writeFileSync(credentials, JSON.stringify(federated));
  return {
    env: {
      ENCRYPTION_PROVIDER: "gcp-kms",
      GCP_KMS_KEY_RESOURCE_NAME: `${ring}/dek`,
      GCP_KMS_ENDPOINT: server.url,
      GOOGLE_APPLICATION_CREDENTIALS: credentials,
    },
    key: {
      setting: "GCP_KMS_KEY_RESOURCE_NAME",
      other: `${ring}/other`,
      missing: `${ring}/never-made`,
    },
    packages: ["@google-cloud/kms"],
    ...ends(server),
  };
};

const vault = async (): Promise<ProviderScene> => {
  const server = await startVault();
  server.doors.addAppRole({ roleId: "keyfold", secretId: "s3cret" });
  for (const name of ["cmk", "other"]) server.doors.createKey({ name, derived: true });
  return {
    env: {
      ENCRYPTION_PROVIDER: "hashicorp-vault",
      VAULT_ADDR: server.url,
      VAULT_TRANSIT_KEY: "cmk",
      VAULT_ROLE_ID: "keyfold",
      VAULT_SECRET_ID: "s3cret",
    },
    key: { setting: "VAULT_TRANSIT_KEY", other: "other", missing: "never-made" },
    packages: [],
    ...ends(server),
  };
};

/** By the name in `ENCRYPTION_PROVIDER`. */
export const PROVIDERS = {
  "aws-kms": aws,
  "azure-keyvault": azure,
  "gcp-kms": gcp,
  "hashicorp-vault": vault,
} as const satisfies Record<string, (folder: string) => Promise<ProviderScene>>;
