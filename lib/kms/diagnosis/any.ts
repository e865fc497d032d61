import type { ConnectionConfig } from "#lib/domain/connection.ts";
import type { Advice, Failure } from "./failure.ts";

const placeOf = (config: ConnectionConfig): string => {
  switch (config.provider) {
    case "aws":
      return `kms.${config.keyArn.split(":")[3]}.amazonaws.com`;
    case "azure":
      return new URL(config.vaultUrl).host;
    case "gcp":
      return "cloudkms.googleapis.com";
    case "vault":
      return new URL(config.address).host;
  }
};

/** Causes that are the same wherever the KMS is. */
export const adviseOfAny = (config: ConnectionConfig, { code, providerCode }: Failure): Advice | null => {
  const host = placeOf(config);
  switch (providerCode) {
    case "keyfold:no-secret":
      return {
        cause: "The connection was made, and its secret was never set.",
        mend: "Set it here, or with: keyfold connection set-secret",
      };
    case "keyfold:no-identity-token":
      return {
        cause: "Federated access is proved by a token that the keeper's platform issues, and there is none.",
        mend: "On the keeper: KEYFOLD_IDENTITY_TOKEN_FILE=<the file that the platform keeps fresh>",
      };
    case "keyfold:context-ignored":
      return {
        cause: `What answers at ${host} does not bind a wrapped key to the tenant it was wrapped for.`,
        mend: "Do not use this key. Let the keeper reach the provider itself, or connect a key of another kind.",
      };
    case "egress:refused":
      return {
        cause: `Keyfold's operator has not opened ${host}, or its name stands for a private address.`,
        mend: `On the keeper: KEYFOLD_KMS_ALLOW=${host}`,
      };
    case "egress:unresolved":
      return {
        cause: `The name ${host} is not known to the keeper's DNS.`,
        mend: "Correct the host name in the connection, or give the keeper a resolver that knows it.",
      };
    case "egress:tls":
      return {
        cause: `The certificate of ${host} has expired, is for another name, or its authority is not known here.`,
        mend: "On the keeper: KEYFOLD_KMS_CA_FILE=<PEM of the authority that signed it>",
      };
    case "egress:unreachable":
    case "egress:timeout":
      return {
        cause: `Nothing answers at ${host}: a firewall, a stopped server or a wrong port.`,
        mend: `Allow the keeper to reach ${host}, then test again.`,
      };
    case "egress:bad-answer":
      return {
        cause: `What answers at ${host} is not this provider: a proxy or a login page stands between.`,
        mend: `Let the keeper reach ${host} without the proxy.`,
      };
  }
  switch (code) {
    case "KMS_THROTTLED":
      return {
        cause: "The provider's quota for this account or project is used up.",
        mend: "Wait a minute and test again; if it stays so, ask the provider for a higher quota.",
      };
    case "KMS_UNAVAILABLE":
    case "KMS_TIMEOUT":
      return {
        cause: `${host} is there and does not work now.`,
        mend: "Look at the provider's status page, then test again. Nothing in the connection is wrong yet.",
      };
    case "KMS_BAD_RESPONSE":
      return {
        cause:
          "The answer names another key or cannot be read: something between Keyfold and the provider changes it.",
        mend: `Let the keeper reach ${host} directly.`,
      };
    default:
      return null;
  }
};
