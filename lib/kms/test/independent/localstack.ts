import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
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
const PACKAGES = join(import.meta.dirname, "localstack.txt");
// Nothing is resolved, built, or compiled before it is imported: that is half of the time.
const INSTALL = [
  "install",
  "--quiet",
  "--disable-pip-version-check",
  "--no-deps",
  "--only-binary=:all:",
  "--no-compile",
  "--requirement",
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

/** It says that 3.10 will do, and imports what came with 3.13. */
const findPython = async (): Promise<string> => {
  const names = ["python3.13", "python3.14", "python3"];
  const onPath = await Promise.all(names.map(findProgram));
  for (const path of [...onPath, ...(await pyenvPythons())]) {
    if (path === null) continue;
    const isNewEnough = await firstLine(path, ["-c", "import sys; print(sys.version_info >= (3, 13))"]).then(
      (line) => line === "True",
      () => false,
    );
    if (isNewEnough) return path;
  }
  throw new Skipped("there is no Python of at least 3.13 on the PATH or in pyenv");
};

/** Those that pyenv keeps: its programs on the PATH refuse where another one is chosen. */
const pyenvPythons = async (): Promise<string[]> => {
  const versions = join(process.env["PYENV_ROOT"] ?? join(homedir(), ".pyenv"), "versions");
  const names = await readdir(versions).catch(() => []);
  return names.toSorted().map((name) => join(versions, name, "bin", "python3"));
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
  await install(system, ["-m", "venv", "--clear", "--without-pip", folder]);
  await install(system, ["-m", "pip", "--python", python, ...INSTALL, PACKAGES]);
  return python;
};
