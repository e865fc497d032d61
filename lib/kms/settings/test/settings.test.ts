import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openPlatformCmk } from "../open-platform-cmk.ts";
import { readPlatformSettings } from "../read-settings.ts";
import type { Env } from "../setting.ts";

const folder = mkdtempSync(join(tmpdir(), "keyfold-settings-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const file = (text: string): Env => {
  files += 1;
  const path = join(folder, `${files}.yaml`);
  writeFileSync(path, text);
  return { KEYFOLD_CONFIG: path };
};
const refused = async (env: Env): Promise<string> => {
  const error: unknown = await readPlatformSettings(env)
    .then(
      (settings) => settings.remote && openPlatformCmk(settings.remote, env),
      (thrown: unknown) => thrown,
    )
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "INVALID_INPUT" });
  return (error as Error).message;
};

const ARN = "arn:aws:kms:eu-central-1:111122223333:key/0190f3a0-b2c4-4def-8123-456789abcdef";
const NAME = "projects/my-project/locations/global/keyRings/signal/cryptoKeys/dek";
const VAULT_KEY = "https://name.vault.azure.net/keys/cmk";

describe("the platform key's settings", () => {
  it("are the local provider and nothing required, when nothing is set", async () => {
    expect(await readPlatformSettings({})).toEqual({ required: false, remote: null });
    expect(await readPlatformSettings({ ENCRYPTION_PROVIDER: "", REQUIRE_ENCRYPTION: "" })).toEqual({
      required: false,
      remote: null,
    });
    expect(
      await readPlatformSettings({
        ENCRYPTION_PROVIDER: "local",
        ENCRYPTION_KEY: "a root",
        REQUIRE_ENCRYPTION: "true",
      }),
    ).toEqual({ required: true, remote: null });
  });

  it.each([
    ["gcp-kms", { GCP_KMS_KEY_RESOURCE_NAME: NAME }, "gcp", NAME],
    ["aws-kms", { AWS_KMS_KEY_ID: ARN }, "aws", ARN],
    ["azure-keyvault", { AZURE_KEYVAULT_KEY_ID: VAULT_KEY }, "azure", VAULT_KEY],
    [
      "hashicorp-vault",
      { VAULT_ADDR: "https://vault.example.com:8200", VAULT_TRANSIT_KEY: "cmk" },
      "vault",
      "cmk",
    ],
  ])("name %s in the environment", async (name, more, provider, key) => {
    const { remote } = await readPlatformSettings({ ENCRYPTION_PROVIDER: name, ...more });
    expect(remote).toMatchObject({ provider, key: { value: key, from: Object.keys(more).at(-1) } });
  });

  it("stand in keyfold.yaml as D16 writes them", async () => {
    const env = file(`
encryption:
  provider: gcp-kms
  require_encryption: true
  gcp_kms:
    key_resource_name: ${NAME}
`);
    expect(await readPlatformSettings(env)).toEqual({
      required: true,
      remote: {
        provider: "gcp",
        key: { value: NAME, from: "encryption.gcp_kms.key_resource_name" },
        address: null,
        mount: "transit",
      },
    });
  });

  it("of the other providers stand there too", async () => {
    const of = async (section: string) => (await readPlatformSettings(file(`encryption: ${section}`))).remote;
    expect(await of(`{ provider: aws-kms, aws_kms: { key_id: "${ARN}" } }`)).toMatchObject({
      key: { value: ARN },
    });
    expect(
      await of(`{ provider: azure-keyvault, azure_keyvault: { key_id: "${VAULT_KEY}" } }`),
    ).toMatchObject({
      key: { value: VAULT_KEY },
    });
    expect(
      await of(
        '{ provider: hashicorp-vault, hashicorp_vault: { address: "https://vault.example.com", mount: kms/transit, key_name: cmk } }',
      ),
    ).toMatchObject({
      key: { value: "cmk" },
      address: { value: "https://vault.example.com" },
      mount: "kms/transit",
    });
  });

  it("of the environment win over the file's", async () => {
    const env = file(`encryption: { provider: local, require_encryption: true }`);
    const won = { ...env, ENCRYPTION_PROVIDER: "aws-kms", AWS_KMS_KEY_ID: ARN, REQUIRE_ENCRYPTION: "false" };
    expect(await readPlatformSettings(won)).toMatchObject({ required: false, remote: { provider: "aws" } });
  });

  it("may be an empty file", async () => {
    expect(await readPlatformSettings(file("# nothing yet\n"))).toEqual({ required: false, remote: null });
    expect(await readPlatformSettings(file("encryption:\n"))).toEqual({ required: false, remote: null });
  });
});

describe("a setting that cannot be right is refused in one sentence", () => {
  const vault = {
    ENCRYPTION_PROVIDER: "hashicorp-vault",
    VAULT_ADDR: "https://vault.example.com",
    VAULT_TRANSIT_KEY: "cmk",
  };
  const aws = { ENCRYPTION_PROVIDER: "aws-kms", AWS_KMS_KEY_ID: ARN };
  it.each<[string, Env, string]>([
    [
      "a provider that is none",
      { ENCRYPTION_PROVIDER: "aws" },
      'ENCRYPTION_PROVIDER is "aws": set it to one of local, gcp-kms, aws-kms, azure-keyvault, hashicorp-vault.',
    ],
    [
      "neither true nor false",
      { REQUIRE_ENCRYPTION: "yes" },
      'REQUIRE_ENCRYPTION is "yes": set it to true or false.',
    ],
    [
      "a provider without its key",
      { ENCRYPTION_PROVIDER: "gcp-kms" },
      "gcp-kms needs GCP_KMS_KEY_RESOURCE_NAME (or encryption.gcp_kms.key_resource_name in keyfold.yaml).",
    ],
    ["Vault without an address", { ...vault, VAULT_ADDR: "" }, "hashicorp-vault needs VAULT_ADDR"],
    [
      "a key without a provider",
      { AWS_KMS_KEY_ID: ARN },
      "AWS_KMS_KEY_ID is set and ENCRYPTION_PROVIDER is not: set that to aws-kms",
    ],
    [
      "a key of another provider",
      { ...aws, VAULT_TRANSIT_KEY: "cmk" },
      "VAULT_TRANSIT_KEY names a key of hashicorp-vault, and ENCRYPTION_PROVIDER is aws-kms: remove one of the two.",
    ],
    [
      "a key beside local",
      { ENCRYPTION_PROVIDER: "local", AWS_KMS_KEY_ID: ARN },
      "AWS_KMS_KEY_ID names a key of aws-kms, and ENCRYPTION_PROVIDER is local",
    ],
    [
      "a root beside a provider",
      { ...aws, ENCRYPTION_KEY: "ab".repeat(32) },
      "ENCRYPTION_KEY belongs to the provider local, and ENCRYPTION_PROVIDER is aws-kms: remove one of the two.",
    ],
    [
      "an alias",
      { ...aws, AWS_KMS_KEY_ID: "alias/keyfold" },
      "AWS_KMS_KEY_ID: An alias can be pointed at another key",
    ],
    [
      "a resource name of something else",
      { ENCRYPTION_PROVIDER: "gcp-kms", GCP_KMS_KEY_RESOURCE_NAME: "projects/p" },
      "GCP_KMS_KEY_RESOURCE_NAME: Give the key's resource name",
    ],
    [
      "a key's identifier with its version",
      {
        ENCRYPTION_PROVIDER: "azure-keyvault",
        AZURE_KEYVAULT_KEY_ID: `${VAULT_KEY}/0123456789abcdef0123456789abcdef`,
      },
      "AZURE_KEYVAULT_KEY_ID must be the key's identifier without a version",
    ],
    [
      "a vault that is not Azure's",
      { ENCRYPTION_PROVIDER: "azure-keyvault", AZURE_KEYVAULT_KEY_ID: "https://vault.example.com/keys/cmk" },
      "AZURE_KEYVAULT_KEY_ID: Give the vault's own address",
    ],
    [
      "plain http to another machine",
      { ...vault, VAULT_ADDR: "http://vault.example.com:8200", VAULT_TOKEN: "t" },
      "VAULT_ADDR must be https",
    ],
    [
      "an address with a password",
      { ...vault, VAULT_ADDR: "https://me:hunter2@vault.example.com", VAULT_TOKEN: "t" },
      "VAULT_ADDR must be an address alone",
    ],
    [
      "Vault without a login",
      vault,
      "hashicorp-vault needs VAULT_ROLE_ID with VAULT_SECRET_ID, or VAULT_TOKEN.",
    ],
    [
      "Vault with two logins",
      { ...vault, VAULT_TOKEN: "t", VAULT_ROLE_ID: "r", VAULT_SECRET_ID: "s" },
      "VAULT_TOKEN and VAULT_ROLE_ID are both set",
    ],
    [
      "a certificate that is not there",
      { ...vault, VAULT_TOKEN: "t", VAULT_CACERT: join(folder, "none.pem") },
      "The file that VAULT_CACERT names cannot be read.",
    ],
    ["a file that is not there", { KEYFOLD_CONFIG: join(folder, "none.yaml") }, "cannot be read (ENOENT)"],
  ])("%s", async (_title, env, sentence) => {
    const message = await refused(env);
    expect(message).toContain(sentence);
    expect(message).not.toContain("hunter2");
    expect(message).not.toContain("abab");
  });

  it.each([
    ["encryption: { provider: local", "is not YAML: look at line 1"],
    ["encryption: { provider: local }\nencryption: { provider: aws-kms }", "is not YAML: look at line 2"],
    ["database: { url: postgres://secret }", '"database" in'],
    ["encryption: { gcp_kms: { key_name: x } }", "is not a setting. Known here: key_resource_name."],
    [
      "encryption: { aws: x }",
      "Known here: provider, require_encryption, gcp_kms, aws_kms, azure_keyvault, hashicorp_vault.",
    ],
    ["encryption: { provider: [local] }", "encryption.provider in"],
    ["encryption: { aws_kms: secret }", "encryption.aws_kms in"],
    ["encryption: secret", "encryption in"],
    ["- secret", "The whole in"],
    ["encryption: { require_encryption: 1 }", "encryption.require_encryption in"],
    [
      'encryption: { require_encryption: "yes" }',
      'encryption.require_encryption is "yes": set it to true or false.',
    ],
    ["encryption: { provider: vault }", 'encryption.provider is "vault": set it to one of'],
  ])("in the file: %s", async (text, sentence) => {
    const message = await refused(file(text));
    expect(message).toContain(sentence);
    expect(message).not.toContain("secret");
  });
});
