import type { ConnectionConfig } from "./connection.ts";
import { AWS_KEY_ARN } from "./kms-names.ts";

/** How many requests a provider takes before it asks for fewer. Whoever else is in the same place shares it. */
export type KmsQuota = {
  perSecond: number;
  /** Whose requests count together, such as `the account in eu-central-1`. */
  scope: string;
  /** The provider's own page of these figures. */
  source: string;
};

/** What a CMK was last described as; null before it was. */
export type CmkKind = { algorithm: string | null; protection: string | null };

const SOURCES = {
  aws: "https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html",
  azure: "https://learn.microsoft.com/azure/key-vault/general/service-limits",
  gcp: "https://cloud.google.com/kms/quotas",
};

/** Cryptographic operations with symmetric keys, per second. */
const AWS_PER_SECOND = 10_000;
const AWS_PER_SECOND_IN: Readonly<Record<string, number>> = {
  "us-east-2": 20_000,
  "ap-southeast-1": 20_000,
  "ap-southeast-2": 20_000,
  "ap-northeast-1": 20_000,
  "eu-central-1": 20_000,
  "eu-west-2": 20_000,
  "us-east-1": 100_000,
  "us-west-2": 100_000,
  "eu-west-1": 100_000,
};
const AWS_EXTERNAL_STORE_PER_SECOND = 1_800;

/** Azure counts over ten seconds, by the key's size and where it is kept. */
const AZURE_SECONDS = 10;
const AZURE_PER_WINDOW: Readonly<Record<string, number>> = {
  "RSA 2048": 4_000,
  "RSA 3072": 1_000,
  "RSA 4096": 500,
  "RSA-HSM 2048": 2_000,
  "RSA-HSM 3072": 500,
  "RSA-HSM 4096": 250,
};

/** Google's `read_usage` by default: it grows with use, and is enforced softly. */
const GCP_PER_MINUTE = 600;

/** The quota that a connection's requests count against; null where the provider has none, or the key is not known yet. */
export const quotaOf = (config: ConnectionConfig, { algorithm, protection }: CmkKind): KmsQuota | null => {
  switch (config.provider) {
    case "aws": {
      const region = AWS_KEY_ARN.exec(config.keyArn)?.[2] ?? "";
      return protection === "external"
        ? { perSecond: AWS_EXTERNAL_STORE_PER_SECOND, scope: "the external key store", source: SOURCES.aws }
        : {
            perSecond: AWS_PER_SECOND_IN[region] ?? AWS_PER_SECOND,
            scope: `the account in ${region}`,
            source: SOURCES.aws,
          };
    }
    case "azure": {
      const perWindow = AZURE_PER_WINDOW[algorithm ?? ""];
      // A Managed HSM has limits of its own, which depend on how it was bought.
      if (perWindow === undefined || config.vaultUrl.includes(".managedhsm.")) return null;
      return { perSecond: perWindow / AZURE_SECONDS, scope: "the vault", source: SOURCES.azure };
    }
    case "gcp": {
      const [, project = "", , location = ""] = config.keyName.split("/");
      return {
        perSecond: GCP_PER_MINUTE / 60,
        scope: `the project ${project} in ${location}`,
        source: SOURCES.gcp,
      };
    }
    case "vault":
      return null;
  }
};
