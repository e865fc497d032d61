import { AWS_KEY_ARN } from "#lib/domain/kms-names.ts";
import { KmsError } from "./kms-error.ts";

export type KeyArn = { arn: string; partition: string; region: string; account: string; keyId: string };

/** The parts of a key's full ARN; an alias can be pointed at another key behind our back and is refused. */
export const parseKeyArn = (text: string): KeyArn => {
  const match = AWS_KEY_ARN.exec(text);
  if (!match) {
    throw new KmsError(
      "KMS_MISCONFIGURED",
      text.includes(":alias/") || text.startsWith("alias/")
        ? "An alias can be pointed at another key: give the key's own ARN."
        : "Give the full ARN of the key, such as arn:aws:kms:eu-central-1:111122223333:key/….",
    );
  }
  const [, partition = "", region = "", account = "", keyId = ""] = match;
  return { arn: text, partition, region, account, keyId };
};

/** The host name's ending in a partition. */
export const dnsSuffix = ({ partition }: KeyArn): string =>
  ({ "aws-cn": "amazonaws.com.cn", "aws-eusc": "amazonaws.eu" })[partition] ?? "amazonaws.com";
