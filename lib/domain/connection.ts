import type { Branded } from "./ids.ts";
import { uuid } from "./ids.ts";
import { AWS_KEY_ARN, AWS_ROLE_ARN, AZURE_KEY_NAME, AZURE_VAULT_HOST, GCP_KEY_NAME } from "./kms-names.ts";
import { z } from "./zod.ts";

export type ConnectionId = Branded<string, "ConnectionId">;

export const CONNECTION_PROVIDERS = ["aws", "azure", "gcp", "vault"] as const;
export type ConnectionProvider = (typeof CONNECTION_PROVIDERS)[number];

/** Whose account the CMK is in, where a connection is a tenant's. */
export const TENANT_CUSTODIES = ["vendor", "customer"] as const;
/** `platform`: of no tenant, for keys of any. The CMK that the operator's settings name is no connection. */
export const CONNECTION_CUSTODIES = ["platform", ...TENANT_CUSTODIES] as const;
export type ConnectionCustody = (typeof CONNECTION_CUSTODIES)[number];

const text = (max: number) => z.string().trim().min(1, "is needed").max(max, `has at most ${max} characters`);
const guid = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "must be a UUID as Azure shows it");
const path = (what: string) =>
  text(200)
    .transform((value) => value.replaceAll(/^\/+|\/+$/g, ""))
    .pipe(z.string().regex(/^[\w.-]+(\/[\w.-]+)*$/, `must be ${what}`));

const keyArn = z
  .string()
  .trim()
  .max(300)
  .refine(
    (value) => !value.includes("alias/"),
    "is an alias, which can be pointed at another key: give the key's own ARN",
  )
  .regex(AWS_KEY_ARN, "must be the full ARN of a key, such as arn:aws:kms:eu-central-1:111122223333:key/…");
const roleArn = z
  .string()
  .trim()
  .regex(AWS_ROLE_ARN, "must be the ARN of a role, such as arn:aws:iam::111122223333:role/keyfold");
const aws = { provider: z.literal("aws"), keyArn };

const isVaultOfAzure = (value: string): boolean => {
  const url = URL.parse(value);
  return url?.protocol === "https:" && url.port === "" && AZURE_VAULT_HOST.test(url.hostname);
};
const azure = {
  provider: z.literal("azure"),
  vaultUrl: text(300)
    .refine(isVaultOfAzure, "must be the vault's own address, such as https://name.vault.azure.net")
    .transform((value) => new URL(value).origin),
  keyName: z.string().trim().regex(AZURE_KEY_NAME, "has letters, digits and hyphens"),
  directoryId: guid,
  clientId: guid,
};

const email = z
  .string()
  .trim()
  .regex(/^[\w.-]+@[\w.-]+\.iam\.gserviceaccount\.com$/, "must be the address of a service account");
const gcp = {
  provider: z.literal("gcp"),
  keyName: z.string().trim().regex(GCP_KEY_NAME, "must be projects/…/locations/…/keyRings/…/cryptoKeys/…"),
};

const isAddress = (value: string): boolean => {
  const url = URL.parse(value);
  return (
    (url?.protocol === "https:" || url?.protocol === "http:") &&
    url.username === "" &&
    url.password === "" &&
    (url.pathname === "/" || url.pathname === "") &&
    url.search === "" &&
    url.hash === ""
  );
};
const vault = {
  provider: z.literal("vault"),
  address: text(300)
    .refine(isAddress, "must be an address without a path, such as https://vault.example.com:8200")
    .transform((value) => new URL(value).origin),
  namespace: path("a namespace, such as team/keys").optional(),
  mount: path("where the transit engine is mounted").default("transit"),
  keyName: z
    .string()
    .trim()
    .regex(/^[\w.-]{1,200}$/, "has letters, digits, dots, hyphens and underscores"),
  binding: z.enum(["context", "associated-data"]).default("context"),
  authMount: path("where the login is mounted").optional(),
};

/**
 * What a connection is told of its CMK and of the way in, without a secret: validated, and in one form only. `access`
 * says how Keyfold proves who it is; the first of each provider needs no secret.
 */
export const ConnectionConfig = z.discriminatedUnion("provider", [
  z.discriminatedUnion("access", [
    z.object({ ...aws, access: z.literal("role"), roleArn }),
    z.object({
      ...aws,
      access: z.literal("keys"),
      accessKeyId: z
        .string()
        .trim()
        .regex(/^[A-Z0-9]{4,128}$/, "has capital letters and digits"),
    }),
  ]),
  z.discriminatedUnion("access", [
    z.object({ ...azure, access: z.literal("federated") }),
    z.object({ ...azure, access: z.literal("secret") }),
  ]),
  z.discriminatedUnion("access", [
    z.object({
      ...gcp,
      access: z.literal("federated"),
      audience: z
        .string()
        .trim()
        .regex(/^\/\/iam\.googleapis\.com\/[\w./-]{1,300}$/, "must begin with //iam.googleapis.com/"),
      serviceAccount: email.optional(),
    }),
    z.object({ ...gcp, access: z.literal("key"), serviceAccount: email }),
  ]),
  z.discriminatedUnion("access", [
    z.object({ ...vault, access: z.literal("jwt"), role: text(200) }),
    z.object({ ...vault, access: z.literal("approle"), roleId: text(200) }),
  ]),
]);
export type ConnectionConfig = z.output<typeof ConnectionConfig>;

/** The name of the secret that a connection needs, or null where the provider needs none. */
export const secretFieldOf = (config: ConnectionConfig): string | null => {
  switch (config.access) {
    case "keys":
      return "secretAccessKey";
    case "secret":
      return "clientSecret";
    case "key":
      return "privateKeyPem";
    case "approle":
      return "secretId";
    case "role":
    case "federated":
    case "jwt":
      return null;
  }
};

/** The CMK's id at its provider in one spelling, so that one key is connected once, whoever asks. */
export const cmkKeyId = (config: ConnectionConfig): string => {
  switch (config.provider) {
    case "aws":
      return `aws:${config.keyArn}`;
    case "azure":
      return `azure:${config.vaultUrl}/keys/${config.keyName.toLowerCase()}`;
    case "gcp":
      return `gcp:${config.keyName}`;
    case "vault":
      return `vault:${config.address}/${[config.namespace, config.mount, "keys", config.keyName].filter(Boolean).join("/")}`;
  }
};

export const connectionId = uuid<ConnectionId>();

/** A sealed secret as base64url (`docs/formats.md`, Sealed secrets): at most a private key of 8 KiB. */
export const sealedText = z
  .string()
  .max(12_000)
  .regex(/^[A-Za-z0-9_-]+$/, "is not a sealed secret");
