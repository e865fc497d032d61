import type { ConnectionConfig } from "#lib/domain/connection.ts";
import type { PreflightStepName } from "#lib/domain/preflight.ts";
import type { Advice, Failure } from "./failure.ts";

type Aws = Extract<ConnectionConfig, { provider: "aws" }>;

/** The actions that a step needs; the last is the one that is asked for. */
const ACTIONS: Readonly<Partial<Record<PreflightStepName, readonly string[]>>> = {
  describe: ["kms:DescribeKey"],
  wrap: ["kms:Encrypt", "kms:Decrypt"],
  unwrap: ["kms:Decrypt"],
  versions: ["kms:ListKeyRotations"],
  schedule: ["kms:GetKeyRotationStatus"],
  rotate: ["kms:RotateKeyOnDemand"],
};

const principalOf = (config: Aws): string =>
  config.access === "role" ? `the role ${config.roleArn}` : `the user of ${config.accessKeyId}`;

const allow = (config: Aws, actions: readonly string[]): string =>
  JSON.stringify({
    Effect: "Allow",
    Action: actions.length === 1 ? actions[0] : actions,
    Resource: config.keyArn,
  });

const trust = (externalId: string | null): string =>
  JSON.stringify({ Condition: { StringEquals: { "sts:ExternalId": externalId ?? "" } } }).slice(1, -1);

const regionOf = ({ keyArn }: Aws): string => keyArn.split(":")[3] ?? "";

/** Causes at AWS, with the statement of the policy or the command that mends them. */
export const adviseAws = (
  config: Aws,
  { step, code, providerCode, action, externalId }: Failure,
): Advice | null => {
  if (providerCode === "CredentialsProviderError") {
    return {
      cause: "The keeper runs without AWS credentials of its own, so it cannot ask for the role.",
      mend: "Give the keeper an instance, task or pod role, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    };
  }
  if (step === "authenticate" && code === "KMS_ACCESS_DENIED")
    return adviseLogin(config, providerCode, externalId);
  switch (code) {
    case "KMS_ACCESS_DENIED": {
      const actions = action === null ? (ACTIONS[step] ?? ["kms:DescribeKey"]) : [action];
      return {
        cause: `Neither the policy of ${principalOf(config)} nor the key policy allows ${actions.join(" and ")}, or one denies it.`,
        mend: `Add to the permissions policy: ${allow(config, actions)}`,
      };
    }
    case "KMS_KEY_NOT_FOUND":
      return {
        cause: `There is no such key in ${regionOf(config)} in its account: the ARN has another region, or the key was deleted.`,
        mend: `Find its ARN with: aws kms describe-key --region ${regionOf(config)} --key-id <alias or id> --query KeyMetadata.Arn`,
      };
    case "KMS_KEY_DISABLED":
      return { cause: "Somebody disabled the key.", mend: `aws kms enable-key --key-id ${config.keyArn}` };
    case "KMS_KEY_PENDING_DELETION":
      return {
        cause: "Somebody scheduled the key's deletion.",
        mend: `aws kms cancel-key-deletion --key-id ${config.keyArn} && aws kms enable-key --key-id ${config.keyArn}`,
      };
    case "KMS_KEY_NOT_READY":
      return {
        cause: "The key waits for its imported material.",
        mend: `aws kms import-key-material --key-id ${config.keyArn} …`,
      };
    case "KMS_MISCONFIGURED":
      return {
        cause: "The key is asymmetric, or for signing: it cannot wrap.",
        mend: "Make one with: aws kms create-key --key-spec SYMMETRIC_DEFAULT --key-usage ENCRYPT_DECRYPT",
      };
    default:
      return null;
  }
};

const adviseLogin = (config: Aws, providerCode: string | null, externalId: string | null): Advice => {
  if (config.access === "role") {
    return {
      cause: `The trust policy of ${config.roleArn} does not let Keyfold's principal assume it, or expects another external id.`,
      mend: `In the trust policy, beside the principal of the keeper: ${trust(externalId)}`,
    };
  }
  return {
    cause:
      providerCode === "InvalidClientTokenId" || providerCode === "UnrecognizedClientException"
        ? `AWS does not know the access key ${config.accessKeyId}: it was deleted or mistyped.`
        : `The secret of the access key ${config.accessKeyId} is wrong.`,
    mend: "Make a new access key with: aws iam create-access-key, and set its secret here.",
  };
};
