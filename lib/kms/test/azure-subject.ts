import { startAzure } from "#emulators/azure.ts";
import { createAzureAdapter } from "../azure.ts";
import type { AzureAuth } from "../azure-credential.ts";
import type { KmsSubject } from "../conformance.ts";
import { egressTo } from "./cloud-subject.ts";

export type AzureSubject = KmsSubject & { server: Awaited<ReturnType<typeof startAzure>> };

export const CLIENT = {
  tenantId: "11111111-2222-4333-8444-555555555555",
  clientId: "0190f3a0-b2c4-4def-8123-456789abcc01",
} as const;
export const SECRET: AzureAuth = { kind: "secret", ...CLIENT, clientSecret: "s3cret" };

/** Two keys in a vault of their own, asked as an app with a secret. */
export const azureSubject = async (timeoutMs?: number): Promise<AzureSubject> => {
  const server = await startAzure();
  server.doors.addApp({ ...CLIENT, secret: "s3cret", assertion: "signed by our issuer" });
  server.doors.createKey({ name: "cmk" });
  server.doors.createKey({ name: "other" });
  const egress = egressTo(server.url, { ca: server.ca, totalTimeoutMs: timeoutMs });
  const adapterOf = (keyName: string) =>
    createAzureAdapter({ vaultUrl: server.url, keyName, auth: SECRET, authorityHost: server.url }, egress);
  return {
    server,
    // An RSA operation each: every ninth meets every place in a byte.
    bitStep: 9,
    adapter: await adapterOf("cmk"),
    other: await adapterOf("other"),
    missing: await adapterOf("never-made"),
    close: async () => {
      egress.close();
      await server.close();
    },
  };
};
