"use client";

import type { ConnectionView } from "#lib/domain/connection-view.ts";

type Doomed = Pick<ConnectionView, "provider" | "config" | "probe">;

/** What the key's owner runs at the provider to keep it; null where a deletion has no waiting period. */
export const cancelDeletion = ({ provider, config, probe }: Doomed): string | null => {
  switch (provider) {
    case "aws": {
      const key = `--region ${(config.keyArn ?? "").split(":")[3]} --key-id ${config.keyArn}`;
      return `aws kms cancel-key-deletion ${key}\naws kms enable-key ${key}`;
    }
    case "azure": {
      const vault = URL.parse(config.vaultUrl ?? "")?.hostname.split(".")[0] ?? "<vault>";
      return `az keyvault key recover --vault-name ${vault} --name ${config.keyName}`;
    }
    case "gcp": {
      const [, project, , location, , ring, , key] = (config.keyName ?? "").split("/");
      const at = `--key ${key} --keyring ${ring} --location ${location} --project ${project}`;
      const doomed = probe?.versions.filter(({ health }) => health === "pending_deletion") ?? [];
      const versions = doomed.length === 0 ? ["<version>"] : doomed.map(({ version }) => version);
      return versions
        .flatMap((version) => [
          `gcloud kms keys versions restore ${version} ${at}`,
          `gcloud kms keys versions enable ${version} ${at}`,
        ])
        .join("\n");
    }
    case "vault":
      return null;
  }
};
