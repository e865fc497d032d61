import { v1 } from "@google-cloud/kms";
import { grpc } from "google-gax";
import { newUuid } from "#lib/crypto/uuid.ts";
import type { KmsSubject } from "../../conformance.ts";
import { createGcpAdapter } from "../../gcp.ts";
import { egressTo } from "../cloud-subject.ts";
import type { Implementation } from "./implementation.ts";
import { freePort, goProgram, startServer, untilReady } from "./process.ts";

const MODULE = "github.com/winor30/fake-cloud-kms/cmd/fake-cloud-kms@v0.0.1";
const LOCATION = "projects/my-project/locations/global";
const WRONG_CODE = "it answers INTERNAL for a ciphertext that it cannot open";

/** Google Cloud KMS over gRPC, which is all that this one speaks. */
export const fakeCloudKms: Implementation = {
  name: "fake-cloud-kms",
  knownGaps: {
    "opens a KEK for its own tenant, key, purpose and version alone": WRONG_CODE,
    "authenticates the pairs, where it says that it does": WRONG_CODE,
    "refuses a blob of another CMK": WRONG_CODE,
    "refuses a blob with any one bit changed": WRONG_CODE,
    "wraps under the version it is told, where that can be chosen":
      "its Encrypt takes the name of a key and of no version",
    "refuses a blob cut anywhere, or with something after it": WRONG_CODE,
  },
  start: async () => {
    const { path, version } = await goProgram("fake-cloud-kms", MODULE);
    const port = await freePort();
    const server = startServer(path, ["--grpc-listen-addr", `127.0.0.1:${port}`], {});
    const client = new v1.KeyManagementServiceClient({
      apiEndpoint: "127.0.0.1",
      port,
      sslCreds: grpc.credentials.createInsecure(),
    });
    const ring = `${LOCATION}/keyRings/${newUuid()}`;
    const createRing = () =>
      client.createKeyRing({
        parent: LOCATION,
        keyRingId: ring.slice(ring.lastIndexOf("/") + 1),
        keyRing: {},
      });
    const close = async (): Promise<void> => {
      await client.close();
      await server.close();
    };
    try {
      await untilReady(createRing);
    } catch (error) {
      await close();
      throw error;
    }
    const createKey = async (): Promise<string> => {
      const cryptoKey = { purpose: "ENCRYPT_DECRYPT" } as const;
      const [key] = await client.createCryptoKey({ parent: ring, cryptoKeyId: newUuid(), cryptoKey });
      return key.name ?? "";
    };
    const egress = egressTo("http://127.0.0.1:1");
    const auth = { kind: "service-account", clientEmail: "nobody", privateKeyPem: "" } as const;
    const adapterOf = (keyResourceName: string) =>
      createGcpAdapter({ keyResourceName, auth }, egress, async () => client);
    const makeSubject = async (): Promise<KmsSubject> => ({
      adapter: await adapterOf(await createKey()),
      other: await adapterOf(await createKey()),
      missing: await adapterOf(`${ring}/cryptoKeys/${newUuid()}`),
      bitStep: 7,
      close: async () => {},
    });
    return { version, makeSubject, close };
  },
};
