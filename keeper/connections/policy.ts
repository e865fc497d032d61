import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { ConnectionProvider } from "#lib/domain/connection.ts";
import { CONNECTION_PROVIDERS } from "#lib/domain/connection.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { KmsError } from "#lib/kms/kms-error.ts";
import type { Opened } from "#lib/kms/egress/rules.ts";

/** What the operator allows connections to reach, and how this keeper proves who it is. Tenants have no say in it. */
export type ConnectionPolicy = {
  /** Hosts and networks that a Vault may be at, private ones too. */
  opened: readonly Opened[];
  /** May a tenant name any public host as its Vault? */
  publicVaults: boolean;
  /** Another address than the provider's own: an emulator, or a proxy. */
  endpoints: Readonly<Partial<Record<ConnectionProvider, string>>>;
  /** PEM of further authorities. */
  ca: string | undefined;
  /** The token by which federated access is proved, read anew for each login. */
  identityToken: (provider: ConnectionProvider) => Promise<string>;
};

const invalid = (name: string, what: string): DomainError =>
  new DomainError("INVALID_INPUT", `${name} ${what}`);

/** `10.1.0.0/16`, `vault.example.com:8200` or, over plain http, `http://127.0.0.1:8200`. */
const parseOpened = (text: string): Opened => {
  const plain = text.startsWith("http://");
  const place = text.replace(/^https?:\/\//, "").replace(/\/$/, "");
  if (place.includes("/")) return { to: place, plain };
  const url = URL.parse(`https://${place}`);
  if (url === null || url.pathname !== "/")
    throw invalid("KEYFOLD_KMS_ALLOW", `does not understand "${text}": give host:port, or a network.`);
  const to = url.hostname.replace(/^\[|\]$/g, "");
  return { to, plain, ...(/:\d+$/.test(place) && { port: Number(url.port || 443) }) };
};

const list = (text: string | undefined): string[] =>
  (text ?? "")
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");

const noToken = (sentence: string, cause?: unknown): KmsError =>
  new KmsError("KMS_MISCONFIGURED", sentence, { code: "keyfold:no-identity-token" }, cause);

const readIdentityToken =
  (env: Readonly<Record<string, string | undefined>>) =>
  async (provider: ConnectionProvider): Promise<string> => {
    const file =
      env[`KEYFOLD_IDENTITY_TOKEN_FILE_${provider.toUpperCase()}`] ?? env.KEYFOLD_IDENTITY_TOKEN_FILE;
    if (!file) {
      throw noToken("This keeper has no identity token of its own.");
    }
    return readFile(file, "utf8").then(
      (text) => text.trim(),
      (cause: unknown) => {
        throw noToken("The keeper's identity token cannot be read.", cause);
      },
    );
  };

/** Nothing is opened, and every provider is at its own address. */
export const CLOSED_POLICY: ConnectionPolicy = {
  opened: [],
  publicVaults: false,
  endpoints: {},
  ca: undefined,
  identityToken: readIdentityToken({}),
};

/**
 * The operator's policy from the environment.
 *
 * @throws `INVALID_INPUT` with the name of the variable that cannot be understood.
 */
export const readConnectionPolicy = (env: NodeJS.ProcessEnv): ConnectionPolicy => {
  const endpoints: Partial<Record<ConnectionProvider, string>> = {};
  for (const provider of CONNECTION_PROVIDERS) {
    const name = `KEYFOLD_KMS_ENDPOINT_${provider.toUpperCase()}`;
    const endpoint = env[name];
    if (!endpoint) continue;
    const url = URL.parse(endpoint);
    if (url === null) throw invalid(name, "is not an address.");
    endpoints[provider] = url.origin;
  }
  return {
    opened: list(env.KEYFOLD_KMS_ALLOW).map(parseOpened),
    publicVaults: env.KEYFOLD_KMS_PUBLIC_VAULTS === "true",
    endpoints,
    ca: env.KEYFOLD_KMS_CA_FILE ? readFileSync(env.KEYFOLD_KMS_CA_FILE, "utf8") : undefined,
    identityToken: readIdentityToken(env),
  };
};
