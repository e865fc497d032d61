"use client";

import type { ConnectionProvider } from "#lib/domain/connection.ts";

export type FormField = { name: string; label: string; description?: string; optional?: true };
export type FormAccess = { value: string; label: string; fields: readonly FormField[] };

type ProviderForm = { fields: readonly FormField[]; access: readonly FormAccess[] };

/** The form of each provider. The first way in needs no secret. */
export const PROVIDER_FORMS: Readonly<Record<ConnectionProvider, ProviderForm>> = {
  aws: {
    fields: [
      {
        name: "keyArn",
        label: "Key ARN",
        description: "The key’s own ARN: an alias can be pointed at another key. The region is in it.",
      },
    ],
    access: [
      {
        value: "role",
        label: "A role that Keyfold assumes (no secret)",
        fields: [{ name: "roleArn", label: "Role ARN" }],
      },
      { value: "keys", label: "An access key", fields: [{ name: "accessKeyId", label: "Access key id" }] },
    ],
  },
  azure: {
    fields: [
      { name: "vaultUrl", label: "Vault address", description: "Such as https://name.vault.azure.net." },
      { name: "keyName", label: "Key name" },
      { name: "directoryId", label: "Directory id" },
      { name: "clientId", label: "Client id" },
    ],
    access: [
      { value: "federated", label: "A federated credential (no secret)", fields: [] },
      { value: "secret", label: "A client secret", fields: [] },
    ],
  },
  gcp: {
    fields: [
      {
        name: "keyName",
        label: "Key resource name",
        description: "projects/…/locations/…/keyRings/…/cryptoKeys/…",
      },
    ],
    access: [
      {
        value: "federated",
        label: "A workload identity (no secret)",
        fields: [
          {
            name: "audience",
            label: "Audience",
            description: "The provider of the pool, beginning with //iam.googleapis.com/.",
          },
          { name: "serviceAccount", label: "Service account to act as", optional: true },
        ],
      },
      {
        value: "key",
        label: "A service account’s key",
        fields: [{ name: "serviceAccount", label: "Service account" }],
      },
    ],
  },
  vault: {
    fields: [
      { name: "address", label: "Address", description: "One that the operator has opened for connections." },
      {
        name: "mount",
        label: "Transit mount",
        description: "transit unless you chose another.",
        optional: true,
      },
      {
        name: "keyName",
        label: "Key name",
        description: "A derived key: its context binds each key to its tenant.",
      },
      { name: "namespace", label: "Namespace", optional: true },
    ],
    access: [
      { value: "jwt", label: "A JWT role (no secret)", fields: [{ name: "role", label: "Role" }] },
      { value: "approle", label: "An AppRole", fields: [{ name: "roleId", label: "Role id" }] },
    ],
  },
};
