import type { ConnectionConfig } from "#lib/domain/connection.ts";
import type { EgressOptions } from "#lib/kms/egress/egress.ts";
import type { Opened } from "#lib/kms/egress/rules.ts";
import type { ConnectionPolicy } from "./policy.ts";

const SUFFIXES: Readonly<Record<Exclude<ConnectionConfig["provider"], "vault">, readonly string[]>> = {
  aws: [".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu"],
  azure: [
    ".vault.azure.net",
    ".vault.azure.cn",
    ".vault.usgovcloudapi.net",
    ".managedhsm.azure.net",
    ".managedhsm.azure.cn",
    ".managedhsm.usgovcloudapi.net",
    "login.microsoftonline.com",
    "login.partner.microsoftonline.cn",
    "login.microsoftonline.us",
  ],
  gcp: [".googleapis.com"],
};

const VAULT_PORTS = [443, 8200];

const openedOf = (endpoint: string): Opened => {
  const { hostname, port, protocol } = new URL(endpoint);
  const plain = protocol === "http:";
  return { to: hostname, port: Number(port || (plain ? 80 : 443)), plain };
};

/** Where a connection may go: a cloud's own hosts; for a Vault what the operator opened. */
export const egressOptionsOf = ({ provider }: ConnectionConfig, policy: ConnectionPolicy): EgressOptions => {
  const { ca } = policy;
  const endpoint = policy.endpoints[provider];
  if (endpoint !== undefined) return { ca, rules: { publicHosts: false, opened: [openedOf(endpoint)] } };
  if (provider === "vault")
    return { ca, rules: { publicHosts: policy.publicVaults, ports: VAULT_PORTS, opened: policy.opened } };
  return { ca, rules: { publicHosts: true, suffixes: SUFFIXES[provider] } };
};
