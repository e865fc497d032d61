import type { ConnectionConfig } from "#lib/domain/connection.ts";
import type { PreflightStepName } from "#lib/domain/preflight.ts";
import type { Advice, Failure } from "./failure.ts";

type Azure = Extract<ConnectionConfig, { provider: "azure" }>;

const vaultName = ({ vaultUrl }: Azure): string => new URL(vaultUrl).hostname.split(".")[0] ?? "";

/** What a step does to the key, by the name that roles have for it. */
const DATA_ACTIONS: Readonly<Partial<Record<PreflightStepName, string>>> = {
  describe: "keys/read",
  versions: "keys/read",
  wrap: "keys/wrap/action",
  unwrap: "keys/unwrap/action",
  schedule: "keys/rotationpolicies/read",
  rotate: "keys/rotate/action",
};

/** Reads, wraps and unwraps, and no more. */
const USER = "Key Vault Crypto Service Encryption User";
const OFFICER = "Key Vault Crypto Officer";

const assign = (config: Azure, role: string): string =>
  config.vaultUrl.includes(".managedhsm.")
    ? `az keyvault role assignment create --hsm-name ${vaultName(config)} --assignee ${config.clientId} --role "${role.replace("Key Vault", "Managed HSM")}" --scope /keys/${config.keyName}`
    : `az role assignment create --assignee ${config.clientId} --role "${role}" --scope $(az keyvault show --name ${vaultName(config)} --query id -o tsv)/keys/${config.keyName}`;

const LOGINS: Readonly<Record<string, (config: Azure) => Advice>> = {
  AADSTS700016: (config) => ({
    cause: `The directory ${config.directoryId} does not know the app ${config.clientId}.`,
    mend: `az ad sp create --id ${config.clientId}`,
  }),
  AADSTS7000215: (config) => ({
    cause: "The client secret is wrong: often its id was copied in place of its value.",
    mend: `az ad app credential reset --id ${config.clientId} --append, and set the password it prints here.`,
  }),
  AADSTS7000222: (config) => ({
    cause: "The client secret has expired.",
    mend: `az ad app credential reset --id ${config.clientId} --append, and set the password it prints here.`,
  }),
  AADSTS90002: () => ({
    cause: "There is no such directory.",
    mend: "Correct the directory id: az account show --query tenantId",
  }),
};

const networkRule = (config: Azure): Advice => ({
  cause: "The vault's firewall does not let the keeper in.",
  mend: `az keyvault network-rule add --name ${vaultName(config)} --ip-address <the keeper's outgoing address>`,
});

const keyOperations = (config: Azure): Advice => ({
  cause: `The key ${config.keyName} does not permit wrapKey and unwrapKey.`,
  mend: `az keyvault key set-attributes --vault-name ${vaultName(config)} --name ${config.keyName} --ops wrapKey unwrapKey`,
});

const otherDirectory = (config: Azure): Advice => ({
  cause: `The vault ${vaultName(config)} belongs to another directory than ${config.directoryId}.`,
  mend: `Make the connection with the vault's own directory: az keyvault show --name ${vaultName(config)} --query properties.tenantId`,
});

/** What the provider code alone tells. */
const KNOWN: Readonly<Record<string, (config: Azure) => Advice>> = {
  ...LOGINS,
  AADSTS53003: (config) => ({
    cause: `A conditional access policy of the directory ${config.directoryId} keeps the app out.`,
    mend: `In Microsoft Entra: Conditional Access > Policies, exclude the app ${config.clientId}, or allow the keeper's address.`,
  }),
  "keyfold:other-directory": otherDirectory,
  AKV10032: otherDirectory,
  ForbiddenByFirewall: networkRule,
  ForbiddenByConnection: (config) => ({
    cause: "The vault takes private connections alone.",
    mend: `Give the keeper's network a private endpoint of it, or: az keyvault update --name ${vaultName(config)} --public-network-access Enabled`,
  }),
  "keyfold:deleted-unseen": (config) => ({
    cause: `The vault has no key named ${config.keyName}, and whether it had one the app ${config.clientId} may not see.`,
    mend: `Correct the name, or: az keyvault key recover --vault-name ${vaultName(config)} --name ${config.keyName}`,
  }),
  "keyfold:not-rsa": (config) => ({
    cause: `The key ${config.keyName} is not an RSA key of at least 2048 bits.`,
    mend: `az keyvault key create --vault-name ${vaultName(config)} --name <another name> --kty RSA --size 3072 --ops wrapKey unwrapKey`,
  }),
  "keyfold:key-operations": keyOperations,
  KeyOperationForbidden: keyOperations,
};

/** Causes at Azure, with the command that mends them. */
export const adviseAzure = (config: Azure, { step, code, providerCode }: Failure): Advice | null => {
  const known = KNOWN[providerCode ?? ""];
  if (known) return known(config);
  switch (code) {
    case "KMS_ACCESS_DENIED":
      return step === "authenticate"
        ? {
            cause: "The directory trusts no credential of this keeper for the app.",
            mend: `az ad app federated-credential create --id ${config.clientId} --parameters '{"name":"keyfold","issuer":"<issuer of the keeper's token>","subject":"<its subject>","audiences":["api://AzureADTokenExchange"]}'`,
          }
        : {
            cause: `The app ${config.clientId} has no role on the key that allows Microsoft.KeyVault/vaults/${DATA_ACTIONS[step] ?? "keys/read"}, or got it minutes ago.`,
            mend: assign(config, step === "rotate" || step === "schedule" ? OFFICER : USER),
          };
    case "KMS_KEY_NOT_FOUND":
      return {
        cause: `The vault has no key named ${config.keyName}.`,
        mend: `az keyvault key create --vault-name ${vaultName(config)} --name ${config.keyName} --kty RSA --size 3072 --ops wrapKey unwrapKey`,
      };
    case "KMS_KEY_DISABLED":
      return {
        cause: "The key's current version is disabled, has expired, or is not valid yet.",
        mend: `az keyvault key set-attributes --vault-name ${vaultName(config)} --name ${config.keyName} --enabled true`,
      };
    case "KMS_KEY_PENDING_DELETION":
      return {
        cause: "Somebody deleted the key; it can still be recovered.",
        mend: `az keyvault key recover --vault-name ${vaultName(config)} --name ${config.keyName}`,
      };
    case "KMS_MISCONFIGURED":
      return {
        cause: "The vault does not accept the request for a key of this kind.",
        mend: `az keyvault key show --vault-name ${vaultName(config)} --name ${config.keyName} --query "key.[kty,keyOps]"`,
      };
    default:
      return null;
  }
};
