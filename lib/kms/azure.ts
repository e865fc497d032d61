import type { TokenCredential } from "@azure/identity";
import type { CryptographyClient, KeyClient, KeyClientOptions, KeyVaultKey } from "@azure/keyvault-keys";
import { AZURE_KEY_NAME, AZURE_VAULT_HOST } from "#lib/domain/kms-names.ts";
import type { CmkHealth } from "#lib/domain/key-state.ts";
import { isKeyNotFound, toKmsError } from "./azure-errors.ts";
import { azureChecks } from "./azure-checks.ts";
import { azureHttp } from "./azure-http.ts";
import type { Egress } from "./egress/egress.ts";
import { errorOfHealth, refuseUnlessEnabled } from "./health.ts";
import { askingAll, askProvider, expectAnswer, KmsError } from "./kms-error.ts";
import type {
  CallOptions,
  CmkDescription,
  CmkWarning,
  KmsAdapter,
  KmsCapabilities,
  Wrapped,
} from "./port.ts";

export type AzureAuth =
  | ({ tenantId: string; clientId: string } & (
      | { kind: "secret"; clientSecret: string }
      /** A federated credential: the app trusts an assertion that is made for every login. */
      | { kind: "federated"; assertion: () => Promise<string> }
    ))
  /** What the machine has, asked for by the SDK itself: for the operator's own key alone. */
  | { kind: "ambient" };

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
const RSA_BITS_MIN = 2048;
/** What RSA-OAEP with SHA-256 takes under 2048 bits. */
const PLAINTEXT_BYTES_MAX = 190;
const VERSION = /^[0-9a-f]{32}$/;
const EXPIRES_SOON_MS = 30 * 86_400_000;
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
  ): Promise<T> => askProvider(call?.signal, (error) => toKmsError(error, operation), ask);
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

const credentialOf = (
  identity: typeof import("@azure/identity"),
  { auth, authorityHost }: AzureConfig,
  common: Pick<KeyClientOptions, "httpClient" | "retryOptions">,
): TokenCredential => {
  const directory = authorityHost ? { authorityHost, disableInstanceDiscovery: true } : {};
  const login = { ...common, ...directory };
  // Always for the customer's directory: the vault's challenge names it, and another one is refused.
  switch (auth.kind) {
    case "secret":
      return new identity.ClientSecretCredential(auth.tenantId, auth.clientId, auth.clientSecret, login);
    case "federated":
      return new identity.ClientAssertionCredential(auth.tenantId, auth.clientId, auth.assertion, login);
    case "ambient":
      return new identity.DefaultAzureCredential(directory);
  }
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

/** One client per version: each of them reads its key once, which is a call. */
const unwrapperOf = (connection: Connection, version: string): CryptographyClient => {
  const { sdk, unwrappers, vaultUrl, keyName, credential, options } = connection;
  const held = unwrappers.get(version);
  if (held !== undefined) return held;
  if (unwrappers.size >= UNWRAPPERS_MAX) unwrappers.clear();
  const made = new sdk.CryptographyClient(`${vaultUrl}/keys/${keyName}/${version}`, credential, options);
  unwrappers.set(version, made);
  return made;
};

const describe = async (connection: Connection, call: CallOptions | undefined): Promise<CmkDescription> => {
  const deleted = await readDeleted(connection, call);
  if (deleted !== null) return deleted;
  const key = await getKey(connection, call);
  refuseKey(key);
  const current = key.properties.version ?? "";
  const listed = connection.keys.listPropertiesOfKeyVersions(connection.keyName, {
    abortSignal: call?.signal,
  });
  const versions: { id: string; health: CmkHealth; createdAt: Date | null }[] = [];
  for await (const properties of listed) {
    expectAnswer(VERSION.test(properties.version ?? ""), "The vault listed a version without a name.");
    versions.push({
      id: properties.version ?? "",
      health: healthOf(properties),
      createdAt: properties.createdOn ?? null,
    });
  }
  expectAnswer(
    versions.some(({ id }) => id === current),
    "The vault does not list the version that it uses.",
  );
  // The list has no order, and times are whole seconds: the current one is the newest by what the vault says.
  versions.sort((a, b) => {
    const byTime = (a.createdAt?.getTime() ?? 0) - (b.createdAt?.getTime() ?? 0);
    return byTime !== 0 ? byTime : Number(a.id === current) - Number(b.id === current);
  });
  return {
    ...factsOf(key),
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

/** Null for a key that is there; what can still be said of one that was deleted. */
const readDeleted = async (
  connection: Connection,
  call: CallOptions | undefined,
): Promise<CmkDescription | null> => {
  try {
    await getKey(connection, call);
    return null;
  } catch (error) {
    if (!isKeyNotFound(error)) throw error;
    const gone = await connection.keys
      .getDeletedKey(connection.keyName, { abortSignal: call?.signal })
      .catch(() => null);
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
  if (!description.versions.some(({ ref }) => ref.version === after)) throw noSuchVersion();
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

const refuseKey = (key: KeyVaultKey): void => {
  const isRsa = key.keyType === "RSA" || key.keyType === "RSA-HSM";
  if (!isRsa || bitsOf(key) < RSA_BITS_MIN)
    throw new KmsError("KMS_MISCONFIGURED", "The key is not an RSA key of at least 2048 bits.");
  const operations: readonly string[] = key.keyOperations ?? [];
  if (!operations.includes("wrapKey") || !operations.includes("unwrapKey"))
    throw new KmsError("KMS_MISCONFIGURED", "The key does not permit wrapKey and unwrapKey.");
};

const bitsOf = (key: KeyVaultKey): number => (key.key?.n?.length ?? 0) * 8;

type Properties = KeyVaultKey["properties"];

const healthOf = ({ enabled, notBefore, expiresOn }: Properties): CmkHealth => {
  const now = Date.now();
  const isValid = (notBefore?.getTime() ?? 0) <= now && (expiresOn?.getTime() ?? now + 1) > now;
  return enabled !== false && isValid ? "enabled" : "disabled";
};

const factsOf = (
  key: KeyVaultKey,
): Pick<CmkDescription, "protection" | "algorithm" | "origin" | "warnings"> => {
  const { recoveryLevel, exportable, expiresOn } = key.properties;
  const isHsm = key.keyType?.endsWith("-HSM") ?? false;
  const warnings: CmkWarning[] = [];
  if (!isHsm) warnings.push("not-hsm");
  if (exportable) warnings.push("exportable");
  if (recoveryLevel?.includes("Purgeable")) warnings.push("purge-protection-off");
  if (expiresOn !== undefined && expiresOn.getTime() < Date.now() + EXPIRES_SOON_MS)
    warnings.push("expires-soon");
  return {
    protection: isHsm ? "hsm" : "software",
    algorithm: `${key.keyType ?? "RSA"} ${bitsOf(key)}`,
    origin: "unknown",
    warnings,
  };
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
