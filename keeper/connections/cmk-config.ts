import type { ConnectionConfig } from "#lib/domain/connection.ts";
import { KmsError } from "#lib/kms/kms-error.ts";
import type { CmkConfig } from "#lib/kms/open-adapter.ts";
import type { ConnectionPolicy } from "./policy.ts";

export const missingSecret = (): KmsError =>
  new KmsError("KMS_MISCONFIGURED", "The connection's secret was not given yet.", {
    code: "keyfold:no-secret",
  });

type Given = { config: ConnectionConfig; externalId: string | null; secret: string | null };

/**
 * A connection as its adapter takes it.
 *
 * @throws `KMS_MISCONFIGURED` when its secret was not given yet.
 */
export const cmkConfigOf = (
  { config, externalId, secret }: Given,
  { endpoints, identityToken }: ConnectionPolicy,
): CmkConfig => {
  const known = (): string => {
    if (secret !== null) return secret;
    throw missingSecret();
  };
  const token = () => identityToken(config.provider);
  switch (config.provider) {
    case "aws": {
      const { keyArn } = config;
      const endpoint = endpoints.aws;
      if (config.access === "keys") {
        const auth = { kind: "static" as const, accessKeyId: config.accessKeyId, secretAccessKey: known() };
        return { provider: "aws", keyArn, endpoint, auth };
      }
      const auth = {
        kind: "role" as const,
        roleArn: config.roleArn,
        externalId: externalId ?? "",
        from: { kind: "ambient" as const },
      };
      return { provider: "aws", keyArn, endpoint, auth };
    }
    case "azure": {
      const who = { tenantId: config.directoryId, clientId: config.clientId };
      return {
        provider: "azure",
        vaultUrl: endpoints.azure ?? config.vaultUrl,
        keyName: config.keyName,
        authorityHost: endpoints.azure,
        auth:
          config.access === "secret"
            ? { kind: "secret", ...who, clientSecret: known() }
            : { kind: "federated", ...who, assertion: token },
      };
    }
    case "gcp":
      return {
        provider: "gcp",
        keyResourceName: config.keyName,
        endpoint: endpoints.gcp,
        auth:
          config.access === "key"
            ? { kind: "service-account", clientEmail: config.serviceAccount, privateKeyPem: known() }
            : {
                kind: "federated",
                audience: config.audience,
                subjectToken: token,
                ...(config.serviceAccount && { serviceAccount: config.serviceAccount }),
              },
      };
    case "vault": {
      const { mount, keyName, namespace, binding, authMount } = config;
      const at = authMount === undefined ? {} : { mount: authMount };
      return {
        provider: "vault",
        address: endpoints.vault ?? config.address,
        mount,
        keyName,
        binding,
        ...(namespace !== undefined && { namespace }),
        auth:
          config.access === "approle"
            ? { kind: "approle", roleId: config.roleId, secretId: known(), ...at }
            : { kind: "jwt", role: config.role, jwt: token, ...at },
      };
    }
  }
};
