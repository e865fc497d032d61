import { readFile } from "node:fs/promises";
import { dnsSuffix, parseKeyArn } from "../aws-arn.ts";
import type { EgressOptions } from "../egress/egress.ts";
import { KmsError } from "../kms-error.ts";
import type { CmkConfig } from "../open-adapter.ts";
import type { KmsAdapter } from "../port.ts";
import { createKmsRegistry } from "../registry.ts";
import type { VaultAuth } from "../vault-login.ts";
import { checkedAddress, openedTo } from "./address.ts";
import type { RemoteSettings } from "./read-settings.ts";
import { type Env, type Given, refuseSetting } from "./setting.ts";

type Target = { config: CmkConfig; egress: EgressOptions };

/** Azure's own directories; another one is a stand-in, and its vault is not held against Azure's names. */
const AZURE_DIRECTORIES = [
  "login.microsoftonline.com",
  "login.microsoftonline.us",
  "login.chinacloudapi.cn",
  "login.partner.microsoftonline.cn",
];

/**
 * The platform CMK at its provider, behind limits, retries and a breaker of its own. Only this provider's library is
 * loaded. Credentials come from where the provider's own tools look for them.
 *
 * @throws `INVALID_INPUT` with one sentence that names the setting which cannot be right; nothing is asked yet.
 */
export const openPlatformCmk = async (settings: RemoteSettings, env: Env): Promise<KmsAdapter> => {
  const { config, egress } = await naming(settings.key, () => targetOf(settings, env));
  const connection = createKmsRegistry().connection({ id: "platform", egress });
  return naming(settings.key, () => connection.cmk(config));
};

/** What an adapter refuses of its configuration stands in the setting of the key. */
const naming = async <T>(key: Given, open: () => T | Promise<T>): Promise<T> => {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof KmsError)) throw error;
    return refuseSetting(`${key.from}: ${error.message}`);
  }
};

const targetOf = (settings: RemoteSettings, env: Env): Target | Promise<Target> => {
  switch (settings.provider) {
    case "aws":
      return awsTarget(settings, env);
    case "azure":
      return azureTarget(settings, env);
    case "gcp":
      return gcpTarget(settings, env);
    case "vault":
      return vaultTarget(settings, env);
  }
};

const only = (...urls: URL[]): EgressOptions => ({
  rules: { publicHosts: false, opened: urls.map(openedTo) },
});

const awsTarget = ({ key }: RemoteSettings, env: Env): Target => {
  const arn = parseKeyArn(key.value);
  const name = env.AWS_ENDPOINT_URL_KMS ? "AWS_ENDPOINT_URL_KMS" : "AWS_ENDPOINT_URL";
  const given = env[name] ? checkedAddress({ value: env[name], from: name }) : undefined;
  const url = given ?? new URL(`https://kms.${arn.region}.${dnsSuffix(arn)}`);
  const config = { keyArn: key.value, auth: { kind: "ambient" }, endpoint: given?.origin } as const;
  return { config: { provider: "aws", ...config }, egress: only(url) };
};

const azureTarget = ({ key }: RemoteSettings, env: Env): Target => {
  const url = checkedAddress(key, { path: true });
  const [, name] = /^\/keys\/([^/]+)\/?$/.exec(url.pathname) ?? [];
  if (name === undefined)
    return refuseSetting(
      `${key.from} must be the key's identifier without a version, such as https://name.vault.azure.net/keys/key.`,
    );
  const directory = env.AZURE_AUTHORITY_HOST;
  const isOther = directory && !AZURE_DIRECTORIES.includes(URL.parse(directory)?.hostname ?? directory);
  const config = {
    vaultUrl: url.origin,
    keyName: name,
    auth: { kind: "ambient" },
    authorityHost: isOther ? directory : undefined,
  } as const;
  return { config: { provider: "azure", ...config }, egress: only(new URL(url.origin)) };
};

const gcpTarget = ({ key }: RemoteSettings, env: Env): Target => {
  const given = env.GCP_KMS_ENDPOINT
    ? checkedAddress({ value: env.GCP_KMS_ENDPOINT, from: "GCP_KMS_ENDPOINT" })
    : undefined;
  const config = { keyResourceName: key.value, auth: { kind: "ambient" }, endpoint: given?.origin } as const;
  return {
    config: { provider: "gcp", ...config },
    egress: only(given ?? new URL("https://cloudkms.googleapis.com")),
  };
};

const vaultTarget = async ({ key, address, mount }: RemoteSettings, env: Env): Promise<Target> => {
  const url = checkedAddress(address ?? key);
  const ca = env.VAULT_CACERT ? await readFileOf("VAULT_CACERT", env.VAULT_CACERT) : undefined;
  return {
    config: {
      provider: "vault",
      address: url.origin,
      mount,
      keyName: key.value,
      namespace: env.VAULT_NAMESPACE || undefined,
      binding: "context",
      auth: vaultAuth(env),
    },
    egress: { ...only(url), ca },
  };
};

const vaultAuth = (env: Env): VaultAuth => {
  const { VAULT_TOKEN: token, VAULT_ROLE_ID: roleId, VAULT_SECRET_ID: secretId } = env;
  if (token && (roleId || secretId))
    return refuseSetting("VAULT_TOKEN and VAULT_ROLE_ID are both set: remove one of the two.");
  if (token) return { kind: "token", token };
  if (roleId && secretId) return { kind: "approle", roleId, secretId };
  return refuseSetting("hashicorp-vault needs VAULT_ROLE_ID with VAULT_SECRET_ID, or VAULT_TOKEN.");
};

const readFileOf = (name: string, path: string): Promise<string> =>
  readFile(path, "utf8").catch(() => refuseSetting(`The file that ${name} names cannot be read.`));
