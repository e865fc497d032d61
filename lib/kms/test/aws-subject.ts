import { startAws } from "#emulators/aws.ts";
import { createAwsAdapter } from "../aws.ts";
import type { KmsSubject } from "../conformance.ts";
import { egressTo } from "./cloud-subject.ts";

export type AwsSubject = KmsSubject & { server: Awaited<ReturnType<typeof startAws>>; keyId: string };

export const ROLE = {
  roleArn: "arn:aws:iam::111122223333:role/keyfold",
  externalId: "kf-5f1c3f0e7d2b4a61",
} as const;
export const SOURCE = {
  kind: "static",
  accessKeyId: "AKIAEMULATOR",
  secretAccessKey: "an emulator asks for none",
} as const;

/** Two keys behind a server of their own, asked as the customer's role. */
export const awsSubject = async (timeoutMs?: number): Promise<AwsSubject> => {
  const server = await startAws();
  server.doors.addRole({ ...ROLE, mayAssume: SOURCE.accessKeyId });
  const [arn, otherArn] = [server.doors.createKey({}), server.doors.createKey({})];
  const egress = egressTo(server.url, { totalTimeoutMs: timeoutMs });
  const adapterOf = (keyArn: string) =>
    createAwsAdapter({ keyArn, auth: { kind: "role", ...ROLE, from: SOURCE }, endpoint: server.url }, egress);
  return {
    server,
    keyId: arn,
    adapter: await adapterOf(arn),
    other: await adapterOf(otherArn),
    missing: await adapterOf(
      "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-4000-8000-000000000000",
    ),
    close: async () => {
      egress.close();
      await server.close();
    },
  };
};
