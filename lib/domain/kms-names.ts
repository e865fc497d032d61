/** The full ARN of a key of AWS KMS: partition, region, account, key id. */
export const AWS_KEY_ARN =
  /^arn:(aws|aws-cn|aws-us-gov|aws-iso[a-z-]*|aws-eusc):kms:([a-z]{2,}(?:-[a-z]+)+-\d{1,2}):(\d{12}):key\/((?:mrk-[0-9a-f]{32})|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export const AWS_ROLE_ARN =
  /^arn:(aws|aws-cn|aws-us-gov|aws-iso[a-z-]*|aws-eusc):iam::(\d{12}):role\/[\w+=,.@/-]{1,512}$/;

/** The host of a vault or Managed HSM of Azure, its sovereign clouds included. */
export const AZURE_VAULT_HOST =
  /^[a-zA-Z][a-zA-Z0-9-]{1,125}\.(vault\.azure\.net|vault\.azure\.cn|vault\.usgovcloudapi\.net|managedhsm\.azure\.net|managedhsm\.azure\.cn|managedhsm\.usgovcloudapi\.net)$/;

export const AZURE_KEY_NAME = /^[0-9A-Za-z-]{1,127}$/;

export const GCP_KEY_NAME =
  /^projects\/[a-z][a-z0-9.:-]{4,61}[a-z0-9]\/locations\/[a-z][a-z0-9-]{1,40}\/keyRings\/[A-Za-z0-9_-]{1,63}\/cryptoKeys\/[A-Za-z0-9_-]{1,63}$/;
