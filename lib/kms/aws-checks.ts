import type { KMSClient } from "@aws-sdk/client-kms";
import type { KeyArn } from "./aws-arn.ts";
import { askWhoWeAre } from "./aws-credentials.ts";
import { toKmsError } from "./aws-errors.ts";
import { judgeKeyPolicy } from "./aws-policy.ts";
import type { Egress } from "./egress/egress.ts";
import type { KmsChecks } from "./port.ts";
import { reachEndpoint } from "./reach.ts";

type Parts = {
  sdk: typeof import("@aws-sdk/client-kms");
  client: KMSClient;
  key: KeyArn;
  egress: Egress;
  endpoint: string | undefined;
  /** Of KMS itself. */
  address: string;
  /** The role that we are, where we are one. */
  principal: string | null;
};

/** What a connection's test asks of AWS. Whether a role may rotate, AWS tells nobody without rotating. */
export const awsChecks = ({ sdk, client, key, egress, endpoint, address, principal }: Parts): KmsChecks => ({
  reach: (call) => reachEndpoint(egress, address, call?.signal),
  // Gets the credentials, by assuming the role where there is one, and asks STS whose they are.
  authenticate: async (call) => {
    const credentials = await client.config.credentials();
    await askWhoWeAre(credentials, key, egress, endpoint, call?.signal);
  },
  readSchedule: async (call) => {
    const command = new sdk.GetKeyRotationStatusCommand({ KeyId: key.arn });
    const status = await client.send(command, { abortSignal: call?.signal });
    return {
      automatic: status.KeyRotationEnabled === true,
      periodDays: status.RotationPeriodInDays ?? null,
      nextAt: status.NextRotationDate ?? null,
    };
  },
  judgePolicy: async (call) => {
    try {
      const command = new sdk.GetKeyPolicyCommand({ KeyId: key.arn, PolicyName: "default" });
      const { Policy } = await client.send(command, { abortSignal: call?.signal });
      return judgeKeyPolicy(Policy ?? "", principal);
    } catch (error) {
      // Nor is it possible from another account than the key's.
      if (toKmsError(error).code === "KMS_ACCESS_DENIED") return ["policy-unread"];
      throw error;
    }
  },
});
