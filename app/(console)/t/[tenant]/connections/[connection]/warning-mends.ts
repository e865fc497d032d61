"use client";

import type { ConnectionView } from "#lib/domain/connection-view.ts";
import { setupOf } from "./setup.ts";

type Told = Pick<ConnectionView, "provider" | "config" | "externalId">;
type Mends = Readonly<Record<string, (connection: Told) => string>>;

const vaultName = ({ config }: Told): string =>
  URL.parse(config.vaultUrl ?? "")?.hostname.split(".")[0] ?? "<vault>";
const gcpKey = ({ config }: Told): string => {
  const [, project, , location, , ring] = (config.keyName ?? "").split("/");
  return `--keyring ${ring} --location ${location} --project ${project}`;
};
const transit = ({ config }: Told): string => `${config.mount}/keys/${config.keyName}`;
/** What the connection needs and no more. */
const policy = (connection: Told): string => setupOf(connection).at(-1)?.code ?? "";

const AWS: Mends = {
  "expires-soon": ({ config }) =>
    `aws kms import-key-material --key-id ${config.keyArn} --expiration-model KEY_MATERIAL_DOES_NOT_EXPIRE …`,
  "versions-hidden": ({ config }) =>
    `{"Effect":"Allow","Action":"kms:ListKeyRotations","Resource":"${config.keyArn}"}`,
  "policy-unread": ({ config }) =>
    `{"Effect":"Allow","Action":"kms:GetKeyPolicy","Resource":"${config.keyArn}"}`,
  "wildcard-policy": ({ config }) =>
    `In the key policy, in place of "Principal": "*" or {"AWS": "*"}:\n"Principal": {"AWS": "${config.roleArn ?? "<the user that Keyfold is there>"}"}`,
  "wildcard-actions": policy,
};

const AZURE: Mends = {
  "not-hsm": (connection) =>
    `az keyvault key create --vault-name ${vaultName(connection)} --name <new name> --kty RSA-HSM --size 3072 --ops wrapKey unwrapKey`,
  "purge-protection-off": (connection) =>
    `az keyvault update --name ${vaultName(connection)} --enable-purge-protection true`,
  "expires-soon": (connection) =>
    `az keyvault key set-attributes --vault-name ${vaultName(connection)} --name ${connection.config.keyName} --expires <a later date>`,
};

const gcpRemove = (connection: Told, member: string, role: string): string =>
  `gcloud kms keys remove-iam-policy-binding ${(connection.config.keyName ?? "").split("/").at(-1)} ${gcpKey(connection)} --member '${member}' --role ${role}`;

const GCP: Mends = {
  "wildcard-policy": (connection) =>
    ["allUsers", "allAuthenticatedUsers"].map((who) => gcpRemove(connection, who, "<its role>")).join("\n"),
  "wildcard-actions": (connection) =>
    `${gcpRemove(connection, `serviceAccount:${connection.config.serviceAccount}`, "<the broad role>")}\n${policy(connection)}`,
  "policy-unread": ({ config }) =>
    `gcloud iam roles update <custom role> --project ${(config.keyName ?? "").split("/")[1]} --add-permissions cloudkms.cryptoKeys.getIamPolicy`,
  "not-hsm": (connection) =>
    `gcloud kms keys create <new name> ${gcpKey(connection)} --purpose encryption --protection-level hsm`,
  "versions-hidden": (connection) => policy(connection),
};

const VAULT: Mends = {
  exportable: ({ config }) =>
    `vault write -f ${config.mount}/keys/<new name> type=aes256-gcm96 derived=${config.binding === "context"} exportable=false`,
  "deletion-allowed": (connection) => `vault write ${transit(connection)}/config deletion_allowed=false`,
  "wildcard-policy": policy,
  "wildcard-actions": policy,
};

const MENDS: Readonly<Record<ConnectionView["provider"], Mends>> = {
  aws: AWS,
  azure: AZURE,
  gcp: GCP,
  vault: VAULT,
};

/** These are for good: what mends them is another key. */
const FOR_GOOD = ["not-hsm", "exportable"];

const ACCEPT: Readonly<Record<string, string>> = {
  "vault not-hsm":
    "Transit keeps its keys in software, unless they are managed keys of Vault Enterprise. Accept it, or connect a KMS with an HSM and move the keys to it.",
};

type Mend = { code: string | null; after: string | null };

/** What takes a warning away: the line to change, and what else there is to do. Null where nothing is known. */
export const mendOf = (connection: Told, code: string): Mend | null => {
  const accept = ACCEPT[`${connection.provider} ${code}`];
  if (accept !== undefined) return { code: null, after: accept };
  const line = MENDS[connection.provider][code]?.(connection);
  if (line === undefined) return null;
  const after = FOR_GOOD.includes(code)
    ? "A key cannot change this. Make another, connect it, and move the keys to it: no record is touched."
    : null;
  return { code: line, after };
};
