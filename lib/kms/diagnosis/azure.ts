import type { ConnectionConfig } from "#lib/domain/connection.ts";
import type { Advice, Failure } from "./failure.ts";

type Azure = Extract<ConnectionConfig, { provider: "azure" }>;

const vaultName = ({ vaultUrl }: Azure): string => new URL(vaultUrl).hostname.split(".")[0] ?? "";

const assign = (config: Azure, role: string): string =>
  `az role assignment create --assignee ${config.clientId} --role "${role}" --scope $(az keyvault show --name ${vaultName(config)} --query id -o tsv)/keys/${config.keyName}`;

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

/** Causes at Azure, with the command that mends them. */
export const adviseAzure = (config: Azure, { step, code, providerCode }: Failure): Advice | null => {
  const login = LOGINS[providerCode ?? ""];
  if (login) return login(config);
  if (providerCode === "ForbiddenByFirewall" || providerCode === "ForbiddenByConnection") {
    return {
      cause: "The vault's network rules do not let the keeper in.",
      mend: `az keyvault network-rule add --name ${vaultName(config)} --ip-address <the keeper's outgoing address>`,
    };
  }
  switch (code) {
    case "KMS_ACCESS_DENIED":
      return step === "authenticate"
        ? {
            cause: "The directory trusts no credential of this keeper for the app.",
            mend: `az ad app federated-credential create --id ${config.clientId} --parameters '{"name":"keyfold","issuer":"<issuer of the keeper's token>","subject":"<its subject>","audiences":["api://AzureADTokenExchange"]}'`,
          }
        : {
            cause: `The app ${config.clientId} has no role on the key that allows this.`,
            mend: assign(config, step === "rotate" ? "Key Vault Crypto Officer" : "Key Vault Crypto User"),
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
        cause:
          "The key is no RSA key of 2048 bits or more with wrapKey and unwrapKey, or the vault belongs to another directory.",
        mend: `az keyvault key show --vault-name ${vaultName(config)} --name ${config.keyName} --query "key.[kty,keyOps]"`,
      };
    default:
      return null;
  }
};
