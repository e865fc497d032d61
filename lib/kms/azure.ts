import type { TokenCredential } from "@azure/identity";
import type {
  CryptographyClient,
  DeletedKey,
  KeyClient,
  KeyClientOptions,
  KeyVaultKey,
} from "@azure/keyvault-keys";
import { AZURE_KEY_NAME, AZURE_VAULT_HOST } from "#lib/domain/kms-names.ts";
import type { CmkHealth } from "#lib/domain/key-state.ts";
import { type AzureAuth, credentialOf } from "./azure-credential.ts";
import { isForbidden, isKeyNotFound, toKmsError } from "./azure-errors.ts";
import { azureChecks } from "./azure-checks.ts";
import { azureHttp } from "./azure-http.ts";
import type { Egress } from "./egress/egress.ts";
import { errorOfHealth, refuseUnlessEnabled } from "./health.ts";
import { mayHaveVersion } from "./hidden-versions.ts";
import { bitsOf, factsOf, healthOf, type KeyProperties, RSA_BITS_MIN, refuseKey } from "./azure-key.ts";
import { askingAll, askProvider, expectAnswer, KmsError } from "./kms-error.ts";
import type { CallOptions, CmkDescription, KmsAdapter, KmsCapabilities, Wrapped } from "./port.ts";

export type AzureConfig = {
  /** Such as `https://name.vault.azure.net`. */
  vaultUrl: string;
  keyName: string;
  auth: AzureAuth;
  /** Another vault host and directory than Azure's; the operator's alone to give. */
  authorityHost?: string;
};

type Sdk = typeof import("@azure/keyvault-keys");
type Connection = {
  sdk: Sdk;
  vaultUrl: string;
  keyName: string;
  keyId: string;
  keys: KeyClient;
  credential: TokenCredential;
  options: KeyClientOptions;
  unwrappers: Map<string, CryptographyClient>;
};

/** OAEP with SHA-1 would be done by the SDK itself, with the public key and unseen by the vault. */
const ALGORITHM = "RSA-OAEP-256";
/** What RSA-OAEP with SHA-256 takes under 2048 bits. */
const PLAINTEXT_BYTES_MAX = 190;
const VERSION = /^[0-9a-f]{32}$/;
const UNWRAPPERS_MAX = 100;

const CAPABILITIES: KmsCapabilities = {
  aad: "client-bound",
  wrapVersionChoice: true,
  unwrapVersion: "checked",
  createVersion: true,
  destroyVersion: "none",
  plaintextBytesMax: PLAINTEXT_BYTES_MAX,
};

/** One RSA key of Azure Key Vault or a Managed HSM. It authenticates no pairs; the hash in the payload binds them. */
export const createAzureAdapter = async (config: AzureConfig, egress: Egress): Promise<KmsAdapter> => {
  const vaultUrl = checkedVaultUrl(config);
  const [sdk, identity] = await Promise.all([import("@azure/keyvault-keys"), import("@azure/identity")]);
  const common = { httpClient: azureHttp(egress), retryOptions: { maxRetries: 0 } };
  const credential = credentialOf(identity, config, common);
  const options = { ...common, disableChallengeResourceVerification: config.authorityHost !== undefined };
  const connection: Connection = {
    sdk,
    vaultUrl,
    keyName: config.keyName,
    keyId: `azure:${vaultUrl}/keys/${config.keyName}`,
    keys: new sdk.KeyClient(vaultUrl, credential, options),
    credential,
    options,
    unwrappers: new Map(),
  };
  const asking = <T>(
    call: CallOptions | undefined,
    ask: () => Promise<T>,
    operation: "unwrap" | "other" = "other",
  ): Promise<T> =>
    askProvider(
      call?.signal,
      (error) => toKmsError(error, operation),
      () => explainMissing(connection, call, ask),
    );
  return {
    provider: "azure",
    keyId: connection.keyId,
    capabilities: CAPABILITIES,
    checks: askingAll(
      asking,
      azureChecks({ ...connection, egress, isElsewhere: config.authorityHost !== undefined }),
    ),
    wrap: (plaintext, _pairs, call) => asking(call, () => wrap(connection, plaintext, call)),
    unwrap: (blob, cmkVersion, _pairs, call) =>
      asking(call, () => unwrap(connection, blob, cmkVersion, call), "unwrap"),
    describe: (call) => asking(call, () => describe(connection, call)),
    createVersion: (after, call) => asking(call, () => createVersion(connection, after, call)),
  };
};

const wrap = async (
  connection: Connection,
  plaintext: Uint8Array,
  call: (CallOptions & { version?: string }) | undefined,
): Promise<Wrapped> => {
  if (plaintext.length > PLAINTEXT_BYTES_MAX)
    throw new KmsError("KMS_MISCONFIGURED", `An RSA key wraps at most ${PLAINTEXT_BYTES_MAX} bytes.`);
  if (call?.version !== undefined && !VERSION.test(call.version)) throw noSuchVersion();
  const key = await getKey(connection, call, call?.version);
  refuseKey(key);
  // The service wraps with a disabled key too, and nothing could ever open that.
  const health = healthOf(key.properties);
  if (health !== "enabled") throw errorOfHealth(health);
  const cmkVersion = key.properties.version ?? "";
  // The client sends to the host in the key's id, and that came with an answer: ours says where keys go.
  const own = { ...key, id: `${connection.vaultUrl}/keys/${connection.keyName}/${cmkVersion}` };
  const client = new connection.sdk.CryptographyClient(own, connection.credential, connection.options);
  const answered = answeredKid(call);
  const { result } = await client.wrapKey(ALGORITHM, plaintext, answered.options);
  expectAnswer(
    isOfVersion(answered.kid(), connection, cmkVersion),
    "The vault wrapped with another key or version.",
  );
  expectAnswer(result.length === bitsOf(key) / 8, "The vault answered with a wrapped key of another length.");
  return { blob: result, cmkVersion };
};

const unwrap = async (
  connection: Connection,
  blob: Uint8Array,
  cmkVersion: string,
  call: CallOptions | undefined,
): Promise<Uint8Array> => {
  if (!VERSION.test(cmkVersion) || blob.length < RSA_BITS_MIN / 8 || blob.length > 512)
    throw new KmsError("KMS_INVALID_CIPHERTEXT", "The wrapped key is not of this CMK version.");
  const client = unwrapperOf(connection, cmkVersion);
  const answered = answeredKid(call);
  const { result } = await client.unwrapKey(ALGORITHM, blob, answered.options);
  expectAnswer(
    isOfVersion(answered.kid(), connection, cmkVersion),
    "The vault unwrapped with another key or version.",
  );
  expectAnswer(result.length > 0, "The vault answered without an unwrapped key.");
  return result;
};

/** One client per version, with what it needs to ask: given an address alone, it would read the key first. */
const unwrapperOf = (connection: Connection, version: string): CryptographyClient => {
  const { sdk, unwrappers, vaultUrl, keyName, credential, options } = connection;
  const held = unwrappers.get(version);
  if (held !== undefined) return held;
  if (unwrappers.size >= UNWRAPPERS_MAX) unwrappers.clear();
  const id = `${vaultUrl}/keys/${keyName}/${version}`;
  const properties = { name: keyName, vaultUrl, version };
  const key = { id, name: keyName, properties, key: { kid: id, kty: "RSA" } };
  const made = new sdk.CryptographyClient(key, credential, options);
  unwrappers.set(version, made);
  return made;
};

type Version = { id: string; health: CmkHealth; createdAt: Date | null };

const versionOf = (properties: KeyProperties): Version => {
  expectAnswer(VERSION.test(properties.version ?? ""), "The vault listed a version without a name.");
  return {
    id: properties.version ?? "",
    health: healthOf(properties),
    createdAt: properties.createdOn ?? null,
  };
};

/** Every version; null where the access policy of the vault does not let us list them. */
const listVersions = async (
  { keys, keyName }: Connection,
  call: CallOptions | undefined,
): Promise<Version[] | null> => {
  const versions: Version[] = [];
  try {
    for await (const properties of keys.listPropertiesOfKeyVersions(keyName, { abortSignal: call?.signal }))
      versions.push(versionOf(properties));
  } catch (error) {
    if (isForbidden(error)) return null;
    throw error;
  }
  return versions;
};

const describe = async (connection: Connection, call: CallOptions | undefined): Promise<CmkDescription> => {
  const key = await readKeyOrDeleted(connection, call);
  if ("health" in key) return key;
  refuseKey(key);
  const current = key.properties.version ?? "";
  const listed = await listVersions(connection, call);
  const versions = listed ?? [versionOf(key.properties)];
  expectAnswer(
    versions.some(({ id }) => id === current),
    "The vault does not list the version that it uses.",
  );
  // The list has no order, and times are whole seconds: the current one is the newest by what the vault says.
  versions.sort((a, b) => {
    const byTime = (a.createdAt?.getTime() ?? 0) - (b.createdAt?.getTime() ?? 0);
    return byTime !== 0 ? byTime : Number(a.id === current) - Number(b.id === current);
  });
  const facts = factsOf(key);
  return {
    ...facts,
    warnings: listed === null ? [...facts.warnings, "versions-hidden"] : facts.warnings,
    health: healthOf(key.properties),
    currentVersion: current,
    versions: versions.map(({ id, health, createdAt }) => ({
      ref: { provider: "azure", keyId: connection.keyId, version: id },
      health,
      createdAt,
    })),
    deletionAt: null,
  };
};

/** A key that was deleted answers as one that was never there; only a look among the deleted tells them apart. */
const explainMissing = async <T>(
  connection: Connection,
  call: CallOptions | undefined,
  ask: () => Promise<T>,
): Promise<T> => {
  try {
    return await ask();
  } catch (error) {
    if (isKeyNotFound(error) && (await readDeleted(connection, call)) !== null)
      throw errorOfHealth("pending_deletion");
    throw error;
  }
};

/** The key among the deleted ones, or null; a key that may still come back is never taken for one that is gone. */
const readDeleted = async (
  { keys, keyName }: Connection,
  call: CallOptions | undefined,
): Promise<DeletedKey | null> => {
  try {
    return await keys.getDeletedKey(keyName, { abortSignal: call?.signal });
  } catch (error) {
    if (isKeyNotFound(error)) return null;
    if (!isForbidden(error)) throw error;
    throw new KmsError(
      "KMS_ACCESS_DENIED",
      "The vault has no such key, or it was deleted: the connection may not look among deleted keys.",
      { code: "keyfold:deleted-unseen" },
      error,
    );
  }
};

/** The key, or what can still be said of one that was deleted. */
const readKeyOrDeleted = async (
  connection: Connection,
  call: CallOptions | undefined,
): Promise<KeyVaultKey | CmkDescription> => {
  try {
    return await getKey(connection, call);
  } catch (error) {
    if (!isKeyNotFound(error)) throw error;
    const gone = await readDeleted(connection, call);
    if (gone === null) throw error;
    return {
      ...factsOf(gone),
      health: "pending_deletion",
      currentVersion: gone.properties.version ?? null,
      versions: [],
      deletionAt: gone.properties.scheduledPurgeDate ?? null,
    };
  }
};

const createVersion = async (
  connection: Connection,
  after: string,
  call: CallOptions | undefined,
): Promise<string> => {
  const description = await describe(connection, call);
  refuseUnlessEnabled(description);
  if (!mayHaveVersion(description, after)) throw noSuchVersion();
  if (description.currentVersion !== null && description.currentVersion !== after)
    return description.currentVersion;
  const made = await connection.keys.rotateKey(connection.keyName, { abortSignal: call?.signal });
  const version = made.properties.version ?? "";
  expectAnswer(
    made.name === connection.keyName && VERSION.test(version) && version !== after,
    "The vault says that it rotated the key, and shows no new version.",
  );
  return version;
};

const getKey = async (
  { keys, keyName }: Connection,
  call: CallOptions | undefined,
  version?: string,
): Promise<KeyVaultKey> => {
  const key = await keys.getKey(keyName, { version, abortSignal: call?.signal });
  const isAsked = key.name === keyName && (version === undefined || key.properties.version === version);
  expectAnswer(isAsked && VERSION.test(key.properties.version ?? ""), "The vault described another key.");
  return key;
};

/** What the vault says it used. The SDK's result repeats the id that it was asked for. */
const answeredKid = (call: CallOptions | undefined) => {
  let kid: unknown;
  return {
    kid: () => (typeof kid === "string" ? kid : undefined),
    options: {
      abortSignal: call?.signal,
      onResponse: (answer: { parsedBody?: unknown }): void => {
        const body = answer.parsedBody;
        kid = typeof body === "object" && body !== null && "kid" in body ? body.kid : undefined;
      },
    },
  };
};

/** By name and version alone: a key's id may name the vault by its canonical host. */
const isOfVersion = (kid: string | undefined, { keyName }: Connection, version: string): boolean =>
  kid?.endsWith(`/keys/${keyName}/${version}`) ?? false;

const checkedVaultUrl = ({ vaultUrl, authorityHost, keyName }: AzureConfig): string => {
  const url = URL.parse(vaultUrl);
  const isAzure = url?.protocol === "https:" && url.port === "" && AZURE_VAULT_HOST.test(url.hostname);
  if (url === null || (!isAzure && authorityHost === undefined))
    throw new KmsError(
      "KMS_MISCONFIGURED",
      "Give the vault's own address, such as https://name.vault.azure.net.",
    );
  if (!AZURE_KEY_NAME.test(keyName))
    throw new KmsError("KMS_MISCONFIGURED", "A key's name has letters, digits and hyphens.");
  return url.origin;
};

const noSuchVersion = (): KmsError =>
  new KmsError("KMS_KEY_NOT_FOUND", "The KMS has no such version of the key.");
