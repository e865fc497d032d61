import type { ConnectionConfig } from "#lib/domain/connection.ts";
import type { Advice, Failure } from "./failure.ts";

type Gcp = Extract<ConnectionConfig, { provider: "gcp" }>;

const flags = ({ keyName }: Gcp): string => {
  const [, project, , location, , ring, , key] = keyName.split("/");
  return `${key} --keyring ${ring} --location ${location} --project ${project}`;
};

const memberOf = (config: Gcp): string =>
  config.serviceAccount === undefined
    ? `principalSet:${config.access === "federated" ? config.audience : ""}/*`
    : `serviceAccount:${config.serviceAccount}`;

const grant = (config: Gcp, role: string): string =>
  `gcloud kms keys add-iam-policy-binding ${flags(config)} --member '${memberOf(config)}' --role ${role}`;

/** Causes at Google, with the command that mends them. */
export const adviseGcp = (config: Gcp, { step, code }: Failure): Advice | null => {
  switch (code) {
    case "KMS_ACCESS_DENIED":
      if (step === "authenticate") {
        return config.access === "key"
          ? {
              cause: "The key of the service account was deleted, or is another account's.",
              mend: `gcloud iam service-accounts keys create key.json --iam-account ${config.serviceAccount}, and set its private_key here.`,
            }
          : {
              cause:
                "The workload identity pool does not trust the issuer or the audience of the keeper's token.",
              mend: `gcloud iam workload-identity-pools providers describe ${config.audience.split("/").at(-1)} --location global --workload-identity-pool ${config.audience.split("/").at(-3)}`,
            };
      }
      return {
        cause: `${memberOf(config)} has no role on the key that allows this, or there is no such key.`,
        mend:
          step === "wrap" || step === "unwrap"
            ? grant(config, "roles/cloudkms.cryptoKeyEncrypterDecrypter")
            : grant(config, step === "rotate" ? "roles/cloudkms.admin" : "roles/cloudkms.viewer"),
      };
    case "KMS_KEY_NOT_FOUND":
      return {
        cause: "There is no such key, or it has no version.",
        mend: `gcloud kms keys create ${flags(config)} --purpose encryption`,
      };
    case "KMS_KEY_DISABLED":
      return {
        cause: "The primary version of the key is disabled.",
        mend: `gcloud kms keys versions enable <version> --key ${flags(config)}`,
      };
    case "KMS_KEY_PENDING_DELETION":
      return {
        cause: "The version is scheduled for destruction.",
        mend: `gcloud kms keys versions restore <version> --key ${flags(config)}`,
      };
    case "KMS_KEY_DESTROYED":
      return { cause: "The version was destroyed for good.", mend: "Connect another key." };
    case "KMS_MISCONFIGURED":
      return {
        cause: "The key is not a symmetric one for encryption, or Cloud KMS is off in the project.",
        mend: `gcloud services enable cloudkms.googleapis.com --project ${config.keyName.split("/")[1]}`,
      };
    default:
      return null;
  }
};
