import type { KeyMetadata, KMSClient } from "@aws-sdk/client-kms";
import { type Pairs } from "#lib/crypto/encryption-context.ts";
import type { DomainError } from "#lib/domain/errors.ts";
import type { CmkHealth } from "#lib/domain/key-state.ts";
import { dnsSuffix, type KeyArn, parseKeyArn } from "./aws-arn.ts";
import { awsChecks } from "./aws-checks.ts";
import { type AwsAuth, assumeRole } from "./aws-credentials.ts";
import { isInvalidState, toKmsError } from "./aws-errors.ts";
import { awsHandler } from "./aws-handler.ts";
import type { Egress } from "./egress/egress.ts";
import { errorOfHealth, refuseUnlessEnabled } from "./health.ts";
import { expiresSoon } from "./expires-soon.ts";
import { askingAll, askProvider, expectAnswer, KmsError } from "./kms-error.ts";
import type {
  CallOptions,
  CmkDescription,
  CmkVersion,
  KmsAdapter,
  KmsCapabilities,
  Wrapped,
} from "./port.ts";

export type AwsConfig = {
  /** The key's own ARN; it says the region too. */
  keyArn: string;
  auth: AwsAuth;
  /** Another address of KMS and STS; the operator's alone to give. */
  endpoint?: string;
};

type Sdk = typeof import("@aws-sdk/client-kms");
type Connection = {
  sdk: Sdk;
  client: KMSClient;
  key: KeyArn;
  keyId: string;
  egress: Egress;
  endpoint: string | undefined;
};

const PLAINTEXT_BYTES_MAX = 4096;
/** What a CMK is called that has no key material of its own name: one in a custom key store. */
const ONLY_VERSION = "1";
const ROTATION_POLL_MS = 500;
const ROTATION_POLLS_MAX = 12;

const CAPABILITIES: KmsCapabilities = {
  aad: "native",
  wrapVersionChoice: false,
  unwrapVersion: "checked",
  createVersion: true,
  destroyVersion: "none",
  plaintextBytesMax: PLAINTEXT_BYTES_MAX,
};

/** One symmetric key of AWS KMS. A version is a key material, by its id. */
export const createAwsAdapter = async (config: AwsConfig, egress: Egress): Promise<KmsAdapter> => {
  const key = parseKeyArn(config.keyArn);
  const sdk = await import("@aws-sdk/client-kms");
  const connection = {
    sdk,
    key,
    client: createClient(sdk, config, key, egress),
    keyId: `aws:${key.arn}`,
    egress,
    endpoint: config.endpoint,
  };
  const asking = <T>(call: CallOptions | undefined, ask: () => Promise<T>): Promise<T> =>
    askProvider(call?.signal, toKmsError, () => explainState(connection, call, ask));
  return {
    provider: "aws",
    keyId: connection.keyId,
    capabilities: CAPABILITIES,
    checks: askingAll(
      asking,
      awsChecks({
        ...connection,
        address: config.endpoint ?? kmsEndpoint(key),
        principal: config.auth.kind === "role" ? config.auth.roleArn : null,
      }),
    ),
    wrap: (plaintext, pairs, call) => asking(call, () => wrap(connection, plaintext, pairs, call)),
    unwrap: (blob, cmkVersion, pairs, call) =>
      asking(call, () => unwrap(connection, blob, cmkVersion, pairs, call)),
    describe: (call) => asking(call, () => describe(connection, call)),
    createVersion: (after, call) => asking(call, () => createVersion(connection, after, call)),
  };
};

const kmsEndpoint = (key: KeyArn): string => `https://kms.${key.region}.${dnsSuffix(key)}`;

const createClient = (sdk: Sdk, { auth, endpoint }: AwsConfig, key: KeyArn, egress: Egress): KMSClient => {
  const common = {
    region: key.region,
    endpoint: endpoint ?? kmsEndpoint(key),
    // Trying again is the registry's, once for all providers.
    maxAttempts: 1,
    requestHandler: awsHandler(egress),
  };
  const source = auth.kind === "role" ? auth.from : auth;
  const own = source.kind === "static" ? { credentials: source } : {};
  if (auth.kind !== "role") return new sdk.KMSClient({ ...common, ...own });
  const { config } = new sdk.KMSClient({ ...common, ...own });
  return new sdk.KMSClient({
    ...common,
    credentials: assumeRole(auth, () => config.credentials(), key, egress, endpoint),
  });
};

const wrap = async (
  connection: Connection,
  plaintext: Uint8Array,
  pairs: Pairs,
  call: (CallOptions & { version?: string }) | undefined,
): Promise<Wrapped> => {
  const { sdk, client, key } = connection;
  if (plaintext.length > PLAINTEXT_BYTES_MAX)
    throw new KmsError("KMS_MISCONFIGURED", `AWS KMS wraps at most ${PLAINTEXT_BYTES_MAX} bytes.`);
  const encrypt = new sdk.EncryptCommand({
    KeyId: key.arn,
    Plaintext: plaintext,
    EncryptionContext: { ...pairs },
  });
  const { KeyId, CiphertextBlob: blob } = await client.send(encrypt, { abortSignal: call?.signal });
  expectAnswer(KeyId === key.arn, "AWS KMS wrapped with another key.");
  expectAnswer(blob !== undefined && blob.length > 0, "AWS KMS answered without a ciphertext.");
  // Encrypt does not say which material it used. Decrypt does, and proves on the way that the key comes back.
  const opened = await decrypt(connection, blob, pairs, call);
  const same = Buffer.from(opened.plaintext).equals(plaintext);
  opened.plaintext.fill(0);
  expectAnswer(same, "AWS KMS did not give back what it had wrapped.");
  const cmkVersion = opened.material ?? (await materialNow(connection, call));
  if (call?.version !== undefined && call.version !== cmkVersion)
    throw new KmsError("KMS_MISCONFIGURED", "AWS KMS wraps under its current key material alone.");
  return { blob: Uint8Array.from(blob), cmkVersion };
};

const unwrap = async (
  connection: Connection,
  blob: Uint8Array,
  cmkVersion: string,
  pairs: Pairs,
  call: CallOptions | undefined,
): Promise<Uint8Array> => {
  if (blob.length === 0) throw notOfVersion();
  const { plaintext, material } = await decrypt(connection, blob, pairs, call);
  if (material !== undefined && material !== cmkVersion) {
    plaintext.fill(0);
    throw notOfVersion();
  }
  return plaintext;
};

const decrypt = async (
  { sdk, client, key }: Connection,
  blob: Uint8Array,
  pairs: Pairs,
  call: CallOptions | undefined,
): Promise<{ plaintext: Uint8Array; material: string | undefined }> => {
  const command = new sdk.DecryptCommand({
    KeyId: key.arn,
    CiphertextBlob: blob,
    EncryptionContext: { ...pairs },
  });
  const {
    KeyId,
    Plaintext: plaintext,
    KeyMaterialId,
  } = await client.send(command, { abortSignal: call?.signal });
  expectAnswer(KeyId === key.arn, "AWS KMS unwrapped with another key.");
  expectAnswer(plaintext !== undefined && plaintext.length > 0, "AWS KMS answered without a plaintext.");
  return { plaintext, material: KeyMaterialId };
};

const readMetadata = async (
  { sdk, client, key }: Connection,
  call: CallOptions | undefined,
): Promise<KeyMetadata & { KeyState: string }> => {
  const command = new sdk.DescribeKeyCommand({ KeyId: key.arn });
  const { KeyMetadata: metadata } = await client.send(command, { abortSignal: call?.signal });
  expectAnswer(metadata?.Arn === key.arn, "AWS KMS described another key.");
  expectAnswer(typeof metadata.KeyState === "string", "AWS KMS described a key without a state.");
  return { ...metadata, KeyState: metadata.KeyState };
};

const materialNow = async (connection: Connection, call: CallOptions | undefined): Promise<string> =>
  (await readMetadata(connection, call)).CurrentKeyMaterialId ?? ONLY_VERSION;

const describe = async (connection: Connection, call: CallOptions | undefined): Promise<CmkDescription> => {
  const metadata = await readMetadata(connection, call);
  // The older name is the only one in some documented answers.
  const algorithm = metadata.KeySpec ?? metadata.CustomerMasterKeySpec;
  if (metadata.KeyUsage !== "ENCRYPT_DECRYPT" || algorithm !== "SYMMETRIC_DEFAULT")
    throw new KmsError("KMS_MISCONFIGURED", "The CMK is not a symmetric one for encryption.");
  const health = healthOf(metadata.KeyState);
  const currentVersion = metadata.CurrentKeyMaterialId ?? ONLY_VERSION;
  const listed = await listMaterials(connection, call);
  const current = { version: currentVersion, createdAt: metadata.CreationDate ?? null };
  const versions = (listed ?? [current]).some(({ version }) => version === currentVersion)
    ? (listed ?? [current])
    : [...(listed ?? []), current];
  return {
    health,
    protection: metadata.Origin === "EXTERNAL_KEY_STORE" ? "external" : "hsm",
    currentVersion: health === "destroyed" ? null : currentVersion,
    versions: versions.map(
      ({ version, createdAt }): CmkVersion => ({
        ref: { provider: "aws", keyId: connection.keyId, version },
        health,
        createdAt,
      }),
    ),
    algorithm,
    origin: ORIGINS[metadata.Origin ?? ""] ?? "unknown",
    deletionAt: metadata.DeletionDate ?? null,
    warnings: [
      ...(expiresSoon(metadata.ValidTo) ? (["expires-soon"] as const) : []),
      ...(listed === null ? (["versions-hidden"] as const) : []),
    ],
  };
};

type Material = { version: string; createdAt: Date | null };

/** Every key material, oldest first; null where the account or its policy does not let us list them. */
const listMaterials = async (
  { sdk, client, key }: Connection,
  call: CallOptions | undefined,
): Promise<Material[] | null> => {
  const materials: Material[] = [];
  let Marker: string | undefined;
  try {
    do {
      const command = new sdk.ListKeyRotationsCommand({
        KeyId: key.arn,
        IncludeKeyMaterial: "ALL_KEY_MATERIAL",
        Marker,
      });
      const page = await client.send(command, { abortSignal: call?.signal });
      for (const { KeyMaterialId, RotationDate, KeyMaterialState } of page.Rotations ?? [])
        if (KeyMaterialId !== undefined && !KeyMaterialState?.startsWith("PENDING"))
          materials.push({ version: KeyMaterialId, createdAt: RotationDate ?? null });
      Marker = page.Truncated ? page.NextMarker : undefined;
    } while (Marker !== undefined);
  } catch (error) {
    // Not possible across accounts, nor for a key in a custom key store: less is known, and nothing is wrong.
    const hidden = [
      "AccessDeniedException",
      "UnsupportedOperationException",
      "InvalidAction",
      "InternalFailure",
    ];
    if (error instanceof Error && hidden.includes(error.name)) return null;
    throw error;
  }
  return materials.toSorted((a, b) => (a.createdAt?.getTime() ?? 0) - (b.createdAt?.getTime() ?? 0));
};

const createVersion = async (
  connection: Connection,
  after: string,
  call: CallOptions | undefined,
): Promise<string> => {
  const description = await describe(connection, call);
  const { currentVersion, versions } = description;
  if (!versions.some(({ ref }) => ref.version === after))
    throw new KmsError("KMS_KEY_NOT_FOUND", "The KMS has no such version of the CMK.");
  refuseUnlessEnabled(description);
  if (currentVersion !== null && currentVersion !== after) return currentVersion;
  const { sdk, client, key } = connection;
  await client.send(new sdk.RotateKeyOnDemandCommand({ KeyId: key.arn }), { abortSignal: call?.signal });
  // AWS rotates in its own time.
  for (let poll = 0; poll < ROTATION_POLLS_MAX; poll++) {
    const material = await materialNow(connection, call);
    if (material !== after) return material;
    call?.signal?.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, ROTATION_POLL_MS));
  }
  throw new KmsError("KMS_KEY_NOT_READY", "AWS KMS has begun to rotate the CMK and is not done.");
};

/** A key that waits answers alike for every reason; only its description tells them apart. */
const explainState = async <T>(
  connection: Connection,
  call: CallOptions | undefined,
  ask: () => Promise<T>,
): Promise<T> => {
  try {
    return await ask();
  } catch (error) {
    if (!isInvalidState(error)) throw error;
    const health = healthOf((await readMetadata(connection, call)).KeyState);
    throw health === "enabled" ? error : errorOfHealth(health);
  }
};

const ORIGINS: Readonly<Record<string, CmkDescription["origin"]>> = {
  AWS_KMS: "provider",
  AWS_CLOUDHSM: "provider",
  EXTERNAL: "imported",
  EXTERNAL_KEY_STORE: "external",
};

const HEALTHS: Readonly<Record<string, CmkHealth>> = {
  Enabled: "enabled",
  Disabled: "disabled",
  PendingDeletion: "pending_deletion",
  PendingReplicaDeletion: "pending_deletion",
  PendingImport: "pending_import",
  Creating: "pending_import",
  Updating: "pending_import",
  Unavailable: "unreachable",
};

const healthOf = (state: string): CmkHealth => HEALTHS[state] ?? "unreachable";

const notOfVersion = (): DomainError =>
  new KmsError("KMS_INVALID_CIPHERTEXT", "The wrapped key is not of this CMK version.");
