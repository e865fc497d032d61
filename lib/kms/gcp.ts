import { AsyncLocalStorage } from "node:async_hooks";
import type { protos, v1 } from "@google-cloud/kms";
import { encodePairs, type Pairs } from "#lib/crypto/encryption-context.ts";
import { GCP_KEY_NAME } from "#lib/domain/kms-names.ts";
import type { CmkHealth } from "#lib/domain/key-state.ts";
import { crc32c } from "./crc32c.ts";
import type { Egress } from "./egress/egress.ts";
import { createGcpLogin, type GcpAmbient, type GcpAuth } from "./gcp-auth.ts";
import { gcpChecks } from "./gcp-checks.ts";
import { errorOfAmbient, errorOfAnswer, toKmsError } from "./gcp-errors.ts";
import { refuseUnlessEnabled } from "./health.ts";
import { mayHaveVersion } from "./hidden-versions.ts";
import { askingAll, askProvider, badResponse, domainErrorIn, expectAnswer, KmsError } from "./kms-error.ts";
import type {
  CallOptions,
  CmkDescription,
  CmkVersion,
  KmsAdapter,
  KmsCapabilities,
  Wrapped,
} from "./port.ts";

export type GcpConfig = {
  /** `projects/…/locations/…/keyRings/…/cryptoKeys/…`. */
  keyResourceName: string;
  auth: GcpAuth | GcpAmbient;
  /** Another address of KMS and of the logins; the operator's alone to give. */
  endpoint?: string;
};

type Client = InstanceType<typeof v1.KeyManagementServiceClient>;
type Connection = { client: Client; name: string; keyId: string };
type Version = protos.google.cloud.kms.v1.ICryptoKeyVersion;

/** Hardware takes 8 KiB, the pairs included. */
const PLAINTEXT_BYTES_MAX = 4096;
const SOONER_THAN_OURS_MS = 9_000;
const READY_POLL_MS = 500;
const READY_POLLS_MAX = 12;
// Trying again is the registry's, once for all providers.
const CALL = { timeout: SOONER_THAN_OURS_MS, retry: { retryCodes: [] } };
const CAVEAT =
  "The version is destroyed at the end of the waiting period that the key has at Google; until then it can be restored there.";

const CAPABILITIES: KmsCapabilities = {
  aad: "native",
  wrapVersionChoice: true,
  unwrapVersion: "unchecked",
  createVersion: true,
  destroyVersion: "scheduled",
  plaintextBytesMax: PLAINTEXT_BYTES_MAX,
};

/** One symmetric key of Google Cloud KMS. */
export const createGcpAdapter = async (
  config: GcpConfig,
  egress: Egress,
  connect: (config: GcpConfig, egress: Egress) => Promise<Client> = connectOverRest,
): Promise<KmsAdapter> => {
  const name = config.keyResourceName;
  if (!GCP_KEY_NAME.test(name)) {
    throw new KmsError(
      "KMS_MISCONFIGURED",
      "Give the key's resource name: projects/…/locations/…/keyRings/…/cryptoKeys/….",
    );
  }
  const connection = { client: await connect(config, egress), name, keyId: `gcp:${name}` };
  const asking = <T>(call: CallOptions | undefined, ask: () => Promise<T>): Promise<T> =>
    askProvider(call?.signal, toKmsError, () => callerSignal.run(call?.signal, ask));
  return {
    provider: "gcp",
    keyId: connection.keyId,
    capabilities: CAPABILITIES,
    ...(config.auth.kind !== "ambient" && {
      checks: askingAll(asking, gcpChecks({ name, auth: config.auth, endpoint: config.endpoint, egress })),
    }),
    wrap: (plaintext, pairs, call) => asking(call, () => wrap(connection, plaintext, pairs, call)),
    unwrap: (blob, cmkVersion, pairs, call) =>
      asking(call, () => unwrap(connection, blob, cmkVersion, pairs)),
    describe: (call) => asking(call, () => describe(connection)),
    createVersion: (after, call) => asking(call, () => createVersion(connection, after, call)),
    destroyVersion: (version, call) => asking(call, () => destroyVersion(connection, version)),
  };
};

/** The SDK takes no signal: what its requests go through finds here who may end them. */
const callerSignal = new AsyncLocalStorage<AbortSignal | undefined>();

/** REST rather than gRPC: it goes through our way out, where gRPC opens connections of its own. */
const connectOverRest = async ({ auth, endpoint }: GcpConfig, egress: Egress): Promise<Client> => {
  const { v1: sdk } = await import("@google-cloud/kms");
  const login = auth.kind === "ambient" ? ambientLogin(sdk) : createGcpLogin(auth, egress, endpoint);
  const authClient = {
    getRequestHeaders: async () => new Headers({ authorization: `Bearer ${await login()}` }),
    fetch: async (input: string | URL, init: RequestInit = {}): Promise<Response> => {
      const headers: Record<string, string> = {};
      new Headers(init.headers).forEach((value, key) => {
        headers[key] = value;
      });
      const answer = await egress.send({
        method: init.method ?? "GET",
        url: new URL(input),
        headers: { ...headers, authorization: `Bearer ${await login()}` },
        body: init.body as string | Uint8Array | undefined,
        signal: eitherOf(init.signal ?? undefined, callerSignal.getStore()),
      });
      if (answer.status !== 200) throw errorOfAnswer(answer);
      if (!isJson(answer.body)) throw badResponse("Google Cloud KMS did not answer with JSON.");
      return new Response(Uint8Array.from(answer.body), {
        status: answer.status,
        headers: { ...answer.headers },
      });
    },
  };
  const place = endpoint === undefined ? {} : placeOf(new URL(endpoint));
  const options = { fallback: true, authClient, ...place };
  return new sdk.KeyManagementServiceClient(
    options as unknown as ConstructorParameters<typeof sdk.KeyManagementServiceClient>[0],
  );
};

/** Application default credentials, found and kept by the SDK's own library. */
const ambientLogin = ({ KeyManagementServiceClient }: typeof v1): (() => Promise<string>) => {
  const { auth } = new KeyManagementServiceClient({ fallback: true });
  return async () => {
    const token = await auth.getAccessToken().catch((error: unknown) => {
      throw errorOfAmbient(error);
    });
    if (!token) throw errorOfAmbient(undefined);
    return token;
  };
};

const eitherOf = (a: AbortSignal | undefined, b: AbortSignal | undefined): AbortSignal | undefined =>
  a && b ? AbortSignal.any([a, b]) : (a ?? b);

const placeOf = ({ protocol, hostname, port }: URL) => ({
  apiEndpoint: hostname,
  port: Number(port || 443),
  protocol: protocol.slice(0, -1),
});

const wrap = async (
  { client, name }: Connection,
  plaintext: Uint8Array,
  pairs: Pairs,
  call: (CallOptions & { version?: string }) | undefined,
): Promise<Wrapped> => {
  if (plaintext.length > PLAINTEXT_BYTES_MAX)
    throw new KmsError(
      "KMS_MISCONFIGURED",
      `A key of Google Cloud KMS wraps at most ${PLAINTEXT_BYTES_MAX} bytes here.`,
    );
  if (call?.version !== undefined && !isVersionNumber(call.version)) throw noSuchVersion();
  const aad = encodePairs(pairs);
  const target = call?.version === undefined ? name : `${name}/cryptoKeyVersions/${call.version}`;
  const [answer] = await client.encrypt(
    {
      name: target,
      plaintext,
      plaintextCrc32c: { value: crc32c(plaintext) },
      additionalAuthenticatedData: aad,
      additionalAuthenticatedDataCrc32c: { value: crc32c(aad) },
    },
    CALL,
  );
  const cmkVersion = versionIn(answer.name, name);
  expectAnswer(
    cmkVersion !== null && (call?.version === undefined || call.version === cmkVersion),
    "Google Cloud KMS wrapped with another key or version.",
  );
  const blob = bytesOf(answer.ciphertext);
  expectAnswer(blob.length > plaintext.length, "Google Cloud KMS answered without a ciphertext.");
  const wasIntact =
    answer.verifiedPlaintextCrc32c === true && answer.verifiedAdditionalAuthenticatedDataCrc32c === true;
  expectAnswer(wasIntact, "Google Cloud KMS did not confirm the checksums of what it was given.");
  expectAnswer(
    crc32c(blob) === Number(answer.ciphertextCrc32c?.value),
    "The wrapped key was damaged on its way.",
  );
  return { blob, cmkVersion };
};

const unwrap = async (
  { client, name }: Connection,
  blob: Uint8Array,
  cmkVersion: string,
  pairs: Pairs,
): Promise<Uint8Array> => {
  if (blob.length === 0 || !isVersionNumber(cmkVersion))
    throw new KmsError("KMS_INVALID_CIPHERTEXT", "The wrapped key is not of this CMK version.");
  const aad = encodePairs(pairs);
  const [answer] = await client.decrypt(
    {
      name,
      ciphertext: blob,
      ciphertextCrc32c: { value: crc32c(blob) },
      additionalAuthenticatedData: aad,
      additionalAuthenticatedDataCrc32c: { value: crc32c(aad) },
    },
    CALL,
  );
  const plaintext = bytesOf(answer.plaintext);
  expectAnswer(plaintext.length > 0, "Google Cloud KMS answered without a plaintext.");
  expectAnswer(
    crc32c(plaintext) === Number(answer.plaintextCrc32c?.value),
    "The unwrapped key was damaged on its way.",
  );
  return plaintext;
};

const describe = async ({ client, name, keyId }: Connection): Promise<CmkDescription> => {
  const [key] = await client.getCryptoKey({ name }, CALL);
  expectAnswer(key.name === name, "Google Cloud KMS described another key.");
  if (enumName(key.purpose, PURPOSES) !== "ENCRYPT_DECRYPT")
    throw new KmsError("KMS_MISCONFIGURED", "The key is not a symmetric one for encryption.", {
      code: "keyfold:not-symmetric",
    });
  const listed = await listVersions(client, name);
  const versions = (listed ?? (key.primary ? [key.primary] : [])).map(
    (version): CmkVersion & { number: number } => {
      const id = versionIn(version.name, name);
      expectAnswer(id !== null, "Google Cloud KMS listed a version of another key.");
      return {
        ref: { provider: "gcp", keyId, version: id },
        health: healthOf(version),
        createdAt: dateOf(version.createTime),
        number: Number(id),
      };
    },
  );
  versions.sort((a, b) => a.number - b.number);
  const currentVersion = versionIn(key.primary?.name, name);
  const current = versions.find(({ ref }) => ref.version === currentVersion);
  expectAnswer(
    currentVersion === null || current !== undefined,
    "Google Cloud KMS does not list the version that it uses.",
  );
  const level = enumName(key.primary?.protectionLevel ?? key.versionTemplate?.protectionLevel, LEVELS);
  const protection =
    level === "SOFTWARE"
      ? "software"
      : level?.startsWith("HSM")
        ? "hsm"
        : level?.startsWith("EXTERNAL")
          ? "external"
          : "unknown";
  return {
    health: current?.health ?? "destroyed",
    protection,
    currentVersion: current?.health === "destroyed" ? null : currentVersion,
    versions: versions.map(({ ref, health, createdAt }) => ({ ref, health, createdAt })),
    algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION",
    origin: key.primary?.importTime ? "imported" : protection === "external" ? "external" : "provider",
    deletionAt: dateOf(key.primary?.destroyTime),
    warnings: [
      ...(protection === "software" ? (["not-hsm"] as const) : []),
      ...(listed === null ? (["versions-hidden"] as const) : []),
    ],
  };
};

/** Every version; null where our role does not let us list them. */
const listVersions = async (client: Client, parent: string): Promise<Version[] | null> => {
  const versions: Version[] = [];
  try {
    for await (const version of client.listCryptoKeyVersionsAsync(
      { parent },
      { ...CALL, autoPaginate: false },
    ))
      versions.push(version);
  } catch (error) {
    if ((domainErrorIn(error) ?? toKmsError(error)).code === "KMS_ACCESS_DENIED") return null;
    throw error;
  }
  return versions;
};

const createVersion = async (
  connection: Connection,
  after: string,
  call: CallOptions | undefined,
): Promise<string> => {
  const { client, name } = connection;
  const description = await describe(connection);
  if (!mayHaveVersion(description, after)) throw noSuchVersion();
  refuseUnlessEnabled(description);
  if (description.currentVersion !== null && description.currentVersion !== after)
    return description.currentVersion;
  // A call before this one may have made the version and not come to making it primary.
  const waiting = description.versions.findLast(
    ({ ref, health }) => Number(ref.version) > Number(after) && health === "enabled",
  );
  const version = waiting?.ref.version ?? (await makeVersion(connection, call));
  await client.updateCryptoKeyPrimaryVersion({ name, cryptoKeyVersionId: version }, CALL);
  return version;
};

const makeVersion = async ({ client, name }: Connection, call: CallOptions | undefined): Promise<string> => {
  const [made] = await client.createCryptoKeyVersion({ parent: name, cryptoKeyVersion: {} }, CALL);
  const version = versionIn(made.name, name);
  expectAnswer(version !== null, "Google Cloud KMS made a version of another key.");
  let health = healthOf(made);
  // Hardware makes keys in its own time.
  for (let poll = 0; health === "pending_import" && poll < READY_POLLS_MAX; poll++) {
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
    call?.signal?.throwIfAborted();
    const [now] = await client.getCryptoKeyVersion({ name: `${name}/cryptoKeyVersions/${version}` }, CALL);
    health = healthOf(now);
  }
  if (health !== "enabled")
    throw new KmsError("KMS_KEY_NOT_READY", "The new version of the key is still being made.");
  return version;
};

const destroyVersion = async (connection: Connection, version: string): Promise<{ caveat: string }> => {
  const { client, name } = connection;
  if (!isVersionNumber(version)) throw noSuchVersion();
  const { versions } = await describe(connection);
  const found = versions.find(({ ref }) => ref.version === version);
  if (found === undefined) throw noSuchVersion();
  if (found.health !== "destroyed" && found.health !== "pending_deletion")
    await client.destroyCryptoKeyVersion({ name: `${name}/cryptoKeyVersions/${version}` }, CALL);
  return { caveat: CAVEAT };
};

// By number over REST and gRPC, by name in some servers.
const PURPOSES = { 1: "ENCRYPT_DECRYPT" };
const LEVELS = { 1: "SOFTWARE", 2: "HSM", 3: "EXTERNAL", 4: "EXTERNAL_VPC", 5: "HSM_SINGLE_TENANT" };
const STATES = {
  1: "ENABLED",
  2: "DISABLED",
  3: "DESTROYED",
  4: "DESTROY_SCHEDULED",
  5: "PENDING_GENERATION",
  6: "PENDING_IMPORT",
};

const enumName = (value: unknown, names: Readonly<Record<number, string>>): string | undefined =>
  typeof value === "number" ? names[value] : typeof value === "string" ? value : undefined;

const HEALTHS: Readonly<Record<string, CmkHealth>> = {
  ENABLED: "enabled",
  DISABLED: "disabled",
  DESTROYED: "destroyed",
  DESTROY_SCHEDULED: "pending_deletion",
  PENDING_GENERATION: "pending_import",
  PENDING_IMPORT: "pending_import",
};

const healthOf = ({ state }: Version): CmkHealth => {
  const health = HEALTHS[enumName(state, STATES) ?? ""];
  expectAnswer(health !== undefined, "Google Cloud KMS described a version without a state.");
  return health;
};

const versionIn = (versionName: string | null | undefined, keyName: string): string | null => {
  const prefix = `${keyName}/cryptoKeyVersions/`;
  const id = versionName?.startsWith(prefix) ? versionName.slice(prefix.length) : "";
  return isVersionNumber(id) ? id : null;
};

const isVersionNumber = (text: string): boolean => /^[1-9][0-9]{0,18}$/.test(text);

const dateOf = (
  time: { seconds?: number | { toString(): string } | string | null } | null | undefined,
): Date | null => (time?.seconds ? new Date(Number(time.seconds.toString()) * 1000) : null);

const bytesOf = (value: Uint8Array | string | null | undefined): Uint8Array =>
  typeof value === "string" ? Buffer.from(value, "base64") : Uint8Array.from(value ?? []);

const isJson = (body: Buffer): boolean => {
  try {
    return typeof JSON.parse(body.toString("utf8")) === "object";
  } catch {
    return false;
  }
};

const noSuchVersion = (): KmsError =>
  new KmsError("KMS_KEY_NOT_FOUND", "The KMS has no such version of the key.");
