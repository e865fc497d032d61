import { WHOSE, WHOSE_USAGE, whoseOf } from "#cli/connections/whose.ts";
import { defineCommand } from "#cli/shell/command.ts";
import { usageError } from "#cli/shell/parse.ts";
import { NO_WAIT, settle } from "#cli/shell/settle.ts";
import { newId } from "#lib/domain/ids.ts";
import { z } from "#lib/domain/zod.ts";
import { createConnection, createPlatformConnection } from "#lib/services/connections/create-connection.ts";

const Created = z.object({ connectionId: z.string(), name: z.string(), externalId: z.string().nullable() });

const text = (value: string, help: string) => ({ type: "string" as const, value, help });

/** Each option is a field of the connection's config. */
const FIELDS = {
  "key-arn": ["keyArn", text("arn", "AWS: the key's own ARN, no alias")],
  "role-arn": ["roleArn", text("arn", "AWS, access role: the role that Keyfold assumes")],
  "access-key-id": ["accessKeyId", text("id", "AWS, access keys: the id of the access key")],
  "vault-url": ["vaultUrl", text("url", "Azure: https://name.vault.azure.net")],
  "directory-id": ["directoryId", text("uuid", "Azure: the customer's directory")],
  "client-id": ["clientId", text("uuid", "Azure: the app that Keyfold is there")],
  "key-name": ["keyName", text("name", "Azure, Vault: the key's name; Google: its resource name")],
  "service-account": ["serviceAccount", text("email", "Google: the account that Keyfold is there")],
  audience: ["audience", text("name", "Google, access federated: the workload identity provider")],
  address: ["address", text("url", "Vault: such as https://vault.example.com:8200")],
  namespace: ["namespace", text("path", "Vault: the namespace, where there is one")],
  mount: ["mount", text("path", "Vault: where transit is mounted (default transit)")],
  binding: ["binding", text("kind", "Vault: context (default) or associated-data")],
  "role-id": ["roleId", text("id", "Vault, access approle: the role id")],
  role: ["role", text("name", "Vault, access jwt: the role")],
  "auth-mount": ["authMount", text("path", "Vault: where the login is mounted")],
} as const;
type Field = keyof typeof FIELDS;
const NAMES = Object.keys(FIELDS) as Field[];
const FIELD_OPTIONS = Object.fromEntries(NAMES.map((name) => [name, FIELDS[name][1]])) as {
  [K in Field]: (typeof FIELDS)[K][1];
};

/** How access is proved unless told otherwise: without a secret. */
const ACCESS: Readonly<Record<string, string>> = {
  aws: "role",
  azure: "federated",
  gcp: "federated",
  vault: "jwt",
};

export const connectionCreate = defineCommand({
  usage: `connection create <name> ${WHOSE_USAGE} --provider aws|azure|gcp|vault [--access <kind>] [--custody customer|vendor] ${NAMES.map((name) => `[--${name} <${FIELDS[name][1].value}>]`).join(" ")} [--no-wait] [--json]`,
  notes:
    "No secret is needed with access role (AWS), federated (Azure, Google) or jwt (Vault), which are the defaults. With keys\n(AWS), secret (Azure), key (Google) or approle (Vault) set it afterwards with keyfold connection set-secret.\nThen run keyfold connection test.",
  args: ["name"],
  options: {
    ...WHOSE,
    provider: { type: "string", value: "name", help: "aws, azure, gcp or vault", required: true },
    access: { type: "string", value: "kind", help: "how Keyfold proves who it is" },
    custody: { type: "string", value: "whose", help: "of a tenant's: customer (default) or vendor" },
    ...FIELD_OPTIONS,
    ...NO_WAIT,
  },
  run: async ({ args, options }, cli) => {
    const { provider } = options;
    const fields = NAMES.flatMap((name) => {
      const value = options[name];
      return value === undefined ? [] : [[FIELDS[name][0], value] as const];
    });
    const whose = whoseOf(options);
    if (options.platform && options.custody !== undefined)
      throw usageError("--custody is of a tenant's connection: that of the platform is the platform's.");
    const { ctx } = await cli.instance();
    const changed = await whose.choose(createConnection, createPlatformConnection)(ctx, {
      ...whose.raw,
      connectionId: newId(),
      name: args.name,
      ...(options.custody !== undefined && { custody: options.custody }),
      provider,
      access: options.access ?? ACCESS[provider],
      ...Object.fromEntries(fields),
    });
    return settle(cli, ctx, changed, {
      noWait: options["no-wait"],
      outcome: Created,
      show: ({ connectionId, name, externalId }) => ({
        json: { id: connectionId, name, external_id: externalId },
        text: [
          `Made the connection ${name} of ${whose.name} (${connectionId}).`,
          ...(externalId === null
            ? []
            : [`The role's trust policy must ask for the external id ${externalId}.`]),
          `Test it with: keyfold connection test ${name} ${whose.flag}`,
        ].join("\n"),
      }),
    });
  },
});
