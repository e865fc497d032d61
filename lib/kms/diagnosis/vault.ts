import type { ConnectionConfig } from "#lib/domain/connection.ts";
import type { PreflightStepName } from "#lib/domain/preflight.ts";
import type { Advice, Failure } from "./failure.ts";

type Vault = Extract<ConnectionConfig, { provider: "vault" }>;

const RULES: Readonly<Partial<Record<PreflightStepName, readonly [verb: string, capability: string]>>> = {
  describe: ["keys", "read"],
  versions: ["keys", "read"],
  schedule: ["keys", "read"],
  wrap: ["encrypt", "update"],
  unwrap: ["decrypt", "update"],
  rotate: ["keys", "update"],
};

const ruleOf = ({ mount, keyName }: Vault, step: PreflightStepName): string => {
  const [verb, capability] = RULES[step] ?? ["keys", "read"];
  const end = step === "rotate" ? "/rotate" : "";
  return `path "${mount}/${verb}/${keyName}${end}" { capabilities = ["${capability}"] }`;
};

/** Causes at Vault and OpenBao, with the line of the policy or the command that mends them. */
export const adviseVault = (config: Vault, { step, code, providerCode }: Failure): Advice | null => {
  const { mount, keyName } = config;
  switch (code) {
    case "KMS_ACCESS_DENIED":
      if (step !== "authenticate")
        return { cause: "The policy of the login does not allow this.", mend: ruleOf(config, step) };
      return config.access === "approle"
        ? {
            cause: "The role id or the secret id is wrong, used up or expired.",
            mend: `vault write -f auth/${config.authMount ?? "approle"}/role/<role>/secret-id, and set the secret_id it prints here.`,
          }
        : {
            cause: `The role ${config.role} does not accept the issuer, the audience or the subject of the keeper's token.`,
            mend: `vault read auth/${config.authMount ?? "jwt"}/role/${config.role}`,
          };
    case "KMS_KEY_NOT_FOUND":
      return {
        cause: `There is no transit key ${keyName} at ${mount}.`,
        mend: `vault write -f ${mount}/keys/${keyName} type=aes256-gcm96 derived=${config.binding === "context"}`,
      };
    case "KMS_KEY_DISABLED":
      return {
        cause: "The key is soft-deleted, or its policy no longer allows this version.",
        mend: `vault read ${mount}/keys/${keyName}`,
      };
    case "KMS_MISCONFIGURED":
      return providerCode === "404"
        ? {
            cause: `No transit engine is mounted at ${mount}.`,
            mend: `vault secrets enable -path=${mount} transit`,
          }
        : {
            cause: `The key's kind and the connection's binding do not fit: "context" wants a derived key.`,
            mend: `vault read -field=derived ${mount}/keys/${keyName}`,
          };
    default:
      return null;
  }
};
