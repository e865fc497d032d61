import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { newUuid } from "#lib/crypto/uuid.ts";
import { createAwsAdapter } from "../../aws.ts";
import type { KmsSubject } from "../../conformance.ts";
import { egressTo } from "../cloud-subject.ts";
import { type Implementation, Skipped } from "./implementation.ts";
import { CACHE, findProgram, firstLine, freePort, install, startServer, untilReady } from "./process.ts";

/** The last open release; later ones ask for an account. */
const VERSION = "4.14.0";
// It asks for later ones of these than it was written for.
const PACKAGES = [
  `localstack-core[base-runtime]==${VERSION}`,
  "cbor2==5.9.0",
  "cryptography==45.0.7",
  "pyopenssl==25.1.0",
  "service_identity==24.2.0",
];
const REGION = "eu-central-1";
const CREDENTIALS = { accessKeyId: "test", secretAccessKey: "test" };

/** AWS KMS of LocalStack, from PyPI into an environment of its own. */
export const localstack: Implementation = {
  name: "localstack",
  knownGaps: {
    "makes a next version once, wraps with it, and still opens what the one before wrapped":
      "without ListKeyRotations an old version cannot be told from one that never was, and Decrypt names no key material",
  },
  start: async () => {
    const python = await environment();
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const home = await mkdtemp(join(tmpdir(), "keyfold-localstack-"));
    const server = startServer(python, ["-m", "localstack.runtime.main"], {
      HOME: home,
      SERVICES: "kms",
      EAGER_SERVICE_LOADING: "1",
      GATEWAY_LISTEN: `127.0.0.1:${port}`,
      DISABLE_EVENTS: "1",
      SKIP_SSL_CERT_DOWNLOAD: "1",
      DNS_ADDRESS: "0",
    });
    const client = new KMSClient({ region: REGION, endpoint: url, credentials: CREDENTIALS, maxAttempts: 1 });
    const createKey = async (): Promise<string> => {
      const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
      return KeyMetadata?.Arn ?? "";
    };
    const close = async (): Promise<void> => {
      client.destroy();
      await server.close();
      await rm(home, { recursive: true, force: true });
    };
    try {
      await untilReady(createKey);
    } catch (error) {
      await close();
      throw error;
    }
    const makeSubject = async (): Promise<KmsSubject> => {
      const egress = egressTo(url);
      const adapterOf = (keyArn: string) =>
        createAwsAdapter({ keyArn, auth: { kind: "static", ...CREDENTIALS }, endpoint: url }, egress);
      const arn = await createKey();
      return {
        adapter: await adapterOf(arn),
        other: await adapterOf(await createKey()),
        missing: await adapterOf(arn.replace(/[^/]+$/, newUuid().replace(/^(.{14})./, "$14"))),
        bitStep: 7,
        close: async () => egress.close(),
      };
    };
    return { version: VERSION, makeSubject, close };
  },
};

/** It says that 3.10 will do, and is written in the language of 3.12. */
const findPython = async (): Promise<string> => {
  for (const name of ["python3.13", "python3.12", "python3"]) {
    const path = await findProgram(name);
    if (path === null) continue;
    const isNewEnough = await firstLine(path, ["-c", "import sys; print(sys.version_info >= (3, 12))"]).then(
      (line) => line === "True",
      () => false,
    );
    if (isNewEnough) return path;
  }
  throw new Skipped("there is no Python of at least 3.12 on the PATH");
};

/** The Python of an environment that has LocalStack, made once. */
const environment = async (): Promise<string> => {
  const folder = join(CACHE, `localstack-${VERSION}`);
  const python = join(folder, "bin", "python");
  const hasIt = () => firstLine(python, ["-c", "import localstack.services.kms.provider"]);
  try {
    await hasIt();
    return python;
  } catch {
    // It is made below.
  }
  const system = await findPython();
  await mkdir(CACHE, { recursive: true });
  await install(system, ["-m", "venv", "--clear", folder]);
  await install(python, ["-m", "pip", "install", "--quiet", ...PACKAGES]);
  return python;
};
