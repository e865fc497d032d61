import type { ConnectionConfig } from "#lib/domain/connection.ts";
import type { Advice, Failure } from "./failure.ts";

type Gcp = Extract<ConnectionConfig, { provider: "gcp" }>;

const flags = ({ keyName }: Gcp): string => {
  const [, project, , location, , ring, , key] = keyName.split("/");
  return `${key} --keyring ${ring} --location ${location} --project ${project}`;
};

/** Roles name the pool; the audience names the provider in it too. */
const poolOf = (audience: string): string => audience.replace(/\/providers\/[^/]+$/, "");

const memberOf = (config: Gcp): string =>
  config.serviceAccount === undefined
    ? `principalSet:${config.access === "federated" ? poolOf(config.audience) : ""}/*`
    : `serviceAccount:${config.serviceAccount}`;

const grant = (config: Gcp, role: string): string =>
  `gcloud kms keys add-iam-policy-binding ${flags(config)} --member '${memberOf(config)}' --role ${role}`;

const projectOf = ({ keyName }: Gcp): string => keyName.split("/")[1] ?? "";

/** What the provider code alone tells. */
const KNOWN: Readonly<Record<string, (config: Gcp) => Advice>> = {
  SERVICE_DISABLED: (config) => ({
    cause: `Cloud KMS is switched off in the project ${projectOf(config)}.`,
    mend: `gcloud services enable cloudkms.googleapis.com --project ${projectOf(config)}`,
  }),
  BILLING_DISABLED: (config) => ({
    cause: `The project ${projectOf(config)} has no billing account.`,
    mend: `gcloud billing projects link ${projectOf(config)} --billing-account <id of the account>`,
  }),
  "keyfold:not-symmetric": (config) => ({
    cause: "The key is asymmetric, or for signing: it cannot wrap.",
    mend: `gcloud kms keys create ${flags(config).replace(/^\S+/, "<another name>")} --purpose encryption`,
  }),
};

/** Causes at Google, with the command that mends them. */
export const adviseGcp = (config: Gcp, { step, code, providerCode, action }: Failure): Advice | null => {
  const known = KNOWN[providerCode ?? ""];
  if (known) return known(config);
  switch (code) {
    case "KMS_ACCESS_DENIED":
      if (action === "iam.serviceAccounts.getAccessToken") {
        return {
          cause: `The keeper's identity is trusted, and may not act as ${config.serviceAccount}.`,
          mend: `gcloud iam service-accounts add-iam-policy-binding ${config.serviceAccount} --member 'principalSet:${config.access === "federated" ? poolOf(config.audience) : ""}/*' --role roles/iam.workloadIdentityUser`,
        };
      }
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
        cause: `${memberOf(config)} has no role on the key with ${action ?? "this permission"}, or there is no such key.`,
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
    case "KMS_KEY_NOT_READY":
      return {
        cause: "The primary version of the key waits for its material.",
        mend: `gcloud kms keys versions list --key ${flags(config)}, and test again when the state is ENABLED`,
      };
    case "KMS_KEY_DESTROYED":
      return { cause: "The version was destroyed for good.", mend: "Connect another key." };
    case "KMS_MISCONFIGURED":
      return {
        cause: "Google Cloud KMS does not accept the request for a key of this kind.",
        mend: `gcloud kms keys describe ${flags(config)}`,
      };
    default:
      return null;
  }
};
