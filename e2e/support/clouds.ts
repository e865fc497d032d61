import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startAws } from "#emulators/aws.ts";
import { startAzure } from "#emulators/azure.ts";
import { startGcp } from "#emulators/gcp.ts";

type Servers = {
  aws: Awaited<ReturnType<typeof startAws>>;
  azure: Awaited<ReturnType<typeof startAzure>>;
  gcp: Awaited<ReturnType<typeof startGcp>>;
};
type Cloud = keyof Servers;
type Place = { url: string; ca: string | undefined };

/** What the keeper's machine has at AWS: customers' roles trust it. */
export const KEEPERS_AWS_ID = "AKIAEMULATOR";

/** What the keeper's platform issues to it, and clouds are told to trust. */
export const KEEPERS_TOKEN = "issued.to.the-keeper";

/** The three clouds, as protocol servers, and what a keeper is told to find them. */
export const startClouds = async (): Promise<{ env: Record<string, string>; close(): Promise<void> }> => {
  const servers: Servers = { aws: await startAws(), azure: await startAzure(), gcp: await startGcp() };
  const { aws, azure, gcp } = servers;
  const home = mkdtempSync(join(tmpdir(), "keyfold-clouds-"));
  const caFile = join(home, "ca.pem");
  writeFileSync(caFile, azure.ca ?? "");
  const tokenFile = join(home, "identity-token");
  writeFileSync(tokenFile, KEEPERS_TOKEN);
  const placeOf = ({ url, ca }: Place): Place => ({ url, ca });
  process.env.KEYFOLD_E2E_CLOUDS = JSON.stringify({
    aws: placeOf(aws),
    azure: placeOf(azure),
    gcp: placeOf(gcp),
  });
  return {
    env: {
      KEYFOLD_KMS_ENDPOINT_AWS: aws.url,
      KEYFOLD_KMS_ENDPOINT_AZURE: azure.url,
      KEYFOLD_KMS_ENDPOINT_GCP: gcp.url,
      KEYFOLD_KMS_CA_FILE: caFile,
      KEYFOLD_IDENTITY_TOKEN_FILE: tokenFile,
      AWS_ACCESS_KEY_ID: KEEPERS_AWS_ID,
      AWS_SECRET_ACCESS_KEY: "an emulator asks for none",
    },
    close: async () => {
      await Promise.all([aws.close(), azure.close(), gcp.close()]);
      rmSync(home, { recursive: true, force: true });
    },
  };
};

const post = ({ url, ca }: Place, path: string, body: string): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const send = url.startsWith("https:") ? requestTls : requestPlain;
    const sent = send(new URL(path, url), { method: "POST", ca }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") });
    });
    sent.once("error", reject);
    sent.end(body);
  });

/** Does at a cloud what a customer does there, outside of Keyfold. */
export const atCloud = async <C extends Cloud, D extends string & keyof Servers[C]["doors"]>(
  cloud: C,
  door: D,
  input: Servers[C]["doors"][D] extends (given: infer I) => unknown ? I : never,
): Promise<string> => {
  const places = JSON.parse(process.env.KEYFOLD_E2E_CLOUDS ?? "{}") as Record<string, Place>;
  const place = places[cloud];
  if (!place) throw new Error("No clouds were started for this run: e2e/global-setup.ts does that.");
  const { status, text } = await post(place, `/_doors/${door}`, JSON.stringify(input));
  if (status !== 200) throw new Error(`${cloud} ${door}: ${status} ${text}`);
  const { result } = JSON.parse(text) as { result: unknown };
  return String(result);
};
