import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newUuid } from "#lib/crypto/uuid.ts";
import { createAzureAdapter } from "../../azure.ts";
import type { KmsSubject } from "../../conformance.ts";
import { createEgress, type Egress } from "../../egress/egress.ts";
import { type Implementation, Skipped } from "./implementation.ts";
import { freePort, goProgram, startServer, untilReady } from "./process.ts";

const VAULT = "github.com/calvinchengx/azure-keyvault-emulator/cmd/azure-keyvault-emulator@v0.7.0";
const DIRECTORY = "github.com/calvinchengx/entra-emulator/cmd/entra-emulator@v0.9.0";
const TENANT = "6f89cf12-978b-4d23-ac18-9ef0c127cf87";
/** An app that the directory begins with, and its published secret. */
const APP = { clientId: "00d88624-f0d7-46f6-a641-6232c2608928", clientSecret: "daemon-app-secret" } as const;
const API = "api-version=7.4";

/** Azure Key Vault, with the directory that logs in to it. */
export const azureKeyVaultEmulator: Implementation = {
  name: "azure-keyvault-emulator",
  knownGaps: {},
  start: async () => {
    const { path, version } = await goProgram("azure-keyvault-emulator", VAULT);
    const { path: directoryPath } = await goProgram("entra-emulator", DIRECTORY);
    const home = await mkdtemp(join(tmpdir(), "keyfold-azure-"));
    const [directoryPort, vaultPort] = [await freePort(), await freePort()];
    const [directoryUrl, vaultUrl] = [`https://localhost:${directoryPort}`, `https://localhost:${vaultPort}`];
    const directory = startServer(directoryPath, [], {
      HOST: "localhost",
      PORT: String(directoryPort),
      TENANT_ID: TENANT,
      PUBLIC_ORIGIN: directoryUrl,
      ENTRA_DATA_DIR: join(home, "directory"),
      TLS_CERT_DIR: join(home, "directory-tls"),
    });
    const vaultHome = join(home, "vault");
    const vault = startServer(
      path,
      [
        `--addr=localhost:${vaultPort}`,
        `--data-dir=${vaultHome}`,
        `--entra-issuer=${directoryUrl}/${TENANT}/v2.0`,
        "--entra-tls-insecure",
      ],
      {},
    );
    const close = async (): Promise<void> => {
      await Promise.all([directory.close(), vault.close()]);
      await rm(home, { recursive: true, force: true });
    };
    const openEgress = async (): Promise<Egress> => {
      const files = [join(home, "directory-tls", "cert.pem"), join(vaultHome, "tls", "cert.pem")];
      const ca = (await Promise.all(files.map((file) => readFile(file, "utf8")))).join("\n");
      return createEgress({ rules: { publicHosts: false, opened: [{ to: "localhost" }] }, ca });
    };
    const createKey = async (egress: Egress): Promise<string> => {
      const name = `k${newUuid()}`;
      const authorization = `Bearer ${await logIn(egress, directoryUrl)}`;
      const answer = await egress.send({
        method: "POST",
        url: new URL(`${vaultUrl}/keys/${name}/create?${API}`),
        headers: { authorization, "content-type": "application/json" },
        body: JSON.stringify({ kty: "RSA", key_size: 2048 }),
      });
      if (answer.status !== 200) throw new Skipped(`it answers ${answer.status} when a key is to be made`);
      return name;
    };
    try {
      await untilReady(async () => createKey(await openEgress()));
    } catch (error) {
      await close();
      throw error;
    }
    const makeSubject = async (): Promise<KmsSubject> => {
      const egress = await openEgress();
      const adapterOf = (keyName: string) =>
        createAzureAdapter(
          {
            vaultUrl,
            keyName,
            auth: { kind: "secret", tenantId: TENANT, ...APP },
            authorityHost: directoryUrl,
          },
          egress,
        );
      return {
        // An RSA operation each: every ninth meets every place in a byte.
        bitStep: 9,
        adapter: await adapterOf(await createKey(egress)),
        other: await adapterOf(await createKey(egress)),
        missing: await adapterOf("never-made"),
        close: async () => egress.close(),
      };
    };
    return { version, makeSubject, close };
  },
};

const logIn = async (egress: Egress, directoryUrl: string): Promise<string> => {
  const answer = await egress.send({
    method: "POST",
    url: new URL(`${directoryUrl}/${TENANT}/oauth2/v2.0/token`),
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: APP.clientId,
      client_secret: APP.clientSecret,
      scope: "https://vault.azure.net/.default",
    }).toString(),
  });
  const { access_token: token } = JSON.parse(answer.body.toString("utf8")) as { access_token?: unknown };
  if (typeof token !== "string") throw new Skipped(`its directory answers ${answer.status} to a login`);
  return token;
};
