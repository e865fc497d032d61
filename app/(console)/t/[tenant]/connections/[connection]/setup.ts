"use client";

import type { ConnectionView } from "#lib/domain/connection-view.ts";

type Snippet = { label: string; code: string };
type SetUp = Pick<ConnectionView, "provider" | "config" | "externalId">;

const json = (value: object): string => JSON.stringify(value, null, 2);

const USE = [
  "kms:DescribeKey",
  "kms:Encrypt",
  "kms:Decrypt",
  "kms:GetKeyRotationStatus",
  "kms:ListKeyRotations",
];

const ofAws = ({ config, externalId }: SetUp): Snippet[] => {
  const use = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: USE, Resource: config.keyArn }],
  };
  const permissions = { label: "Permissions policy", code: json(use) };
  if (externalId === null) return [permissions];
  const trust = {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: "<the ARN that the keeper runs as>" },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "sts:ExternalId": externalId } },
      },
    ],
  };
  return [{ label: "Trust policy of the role", code: json(trust) }, permissions];
};

const ofAzure = ({ config }: SetUp): Snippet[] => [
  {
    label: "Role of the app on the key",
    code: `az role assignment create --assignee ${config.clientId} --role "Key Vault Crypto Service Encryption User" --scope <id of the vault>/keys/${config.keyName}`,
  },
];

const ofGcp = ({ config }: SetUp): Snippet[] => {
  const [, project, , location, , ring, , key] = (config.keyName ?? "").split("/");
  const member = config.serviceAccount
    ? `serviceAccount:${config.serviceAccount}`
    : // Roles name the pool; the audience names the provider in it too.
      `principalSet:${config.audience?.replace(/\/providers\/[^/]+$/, "")}/*`;
  return ["cryptoKeyEncrypterDecrypter", "viewer"].map((role) => ({
    label: `Role ${role} on the key`,
    code: `gcloud kms keys add-iam-policy-binding ${key} --keyring ${ring} --location ${location} --project ${project} --member '${member}' --role roles/cloudkms.${role}`,
  }));
};

const ofVault = ({ config: { mount, keyName } }: SetUp): Snippet[] => [
  {
    label: "Policy of the login",
    code: [
      `path "${mount}/keys/${keyName}" { capabilities = ["read"] }`,
      `path "${mount}/encrypt/${keyName}" { capabilities = ["update"] }`,
      `path "${mount}/decrypt/${keyName}" { capabilities = ["update"] }`,
    ].join("\n"),
  },
];

/** What the key's owner sets up at the provider, with this connection's own values in it. */
export const setupOf = (connection: SetUp): Snippet[] => {
  switch (connection.provider) {
    case "aws":
      return ofAws(connection);
    case "azure":
      return ofAzure(connection);
    case "gcp":
      return ofGcp(connection);
    case "vault":
      return ofVault(connection);
  }
};
