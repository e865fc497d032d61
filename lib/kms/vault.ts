import { createHash } from "node:crypto";
import { encodePairs, type Pairs } from "#lib/crypto/encryption-context.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { CmkHealth } from "#lib/domain/key-state.ts";
import type { Egress } from "./egress/egress.ts";
import { refuseUnlessEnabled } from "./health.ts";
import { askingAll, askProvider, badResponse, expectAnswer, KmsError } from "./kms-error.ts";
import type { CallOptions, CmkDescription, KmsAdapter, KmsCapabilities, Wrapped } from "./port.ts";
import { vaultChecks } from "./vault-checks.ts";
import { jsonOf, toKmsError, unexpected } from "./vault-errors.ts";
import { createVaultSession, type VaultAuth, type VaultSession } from "./vault-login.ts";

export type VaultConfig = {
  /** Such as `https://vault.example.com:8200`. */
  address: string;
  mount: string;
  keyName: string;
  namespace?: string;
  /** How the pairs are bound: as the context of a derived key, which Vault can rewrap, or as associated data, which it cannot. */
  binding: "context" | "associated-data";
  auth: VaultAuth;
};

type Connection = VaultConfig & { egress: Egress; session: VaultSession; keyId: string };

/** The transit engine takes more; a key never does. */
const PLAINTEXT_BYTES_MAX = 32 * 1024;
const AEAD_TYPES = ["aes256-gcm96", "chacha20-poly1305", "xchacha20-poly1305"];
const SEALED_BYTES_MIN = 12 + 16;

const CAPABILITIES: KmsCapabilities = {
  aad: "native",
  wrapVersionChoice: true,
  unwrapVersion: "checked",
  createVersion: true,
  destroyVersion: "none",
  plaintextBytesMax: PLAINTEXT_BYTES_MAX,
};

/** One key of the transit engine of HashiCorp Vault or OpenBao. */
export const createVaultAdapter = async (config: VaultConfig, egress: Egress): Promise<KmsAdapter> => {
  const address = new URL(config.address).origin;
  const place = [config.namespace, config.mount, "keys", config.keyName].filter(Boolean).join("/");
  const connection: Connection = {
    ...config,
    address,
    egress,
    session: createVaultSession({ ...config, address }, egress),
    keyId: `vault:${address}/${place}`,
  };
  const asking = <T>(call: CallOptions | undefined, ask: () => Promise<T>): Promise<T> =>
    askProvider(call?.signal, unexpected, ask);
  return {
    provider: "vault",
    keyId: connection.keyId,
    capabilities: CAPABILITIES,
    checks: askingAll(
      asking,
      vaultChecks({
        ...connection,
        autoRotateSeconds: async (call) => (await readKey(connection, call)).autoRotateSeconds,
      }),
    ),
    wrap: (plaintext, pairs, call) => asking(call, () => wrap(connection, plaintext, pairs, call)),
    unwrap: (blob, cmkVersion, pairs, call) =>
      asking(call, () => unwrap(connection, blob, cmkVersion, pairs, call)),
    describe: (call) => asking(call, async () => describeKey(connection, await readKey(connection, call))),
    createVersion: (after, call) => asking(call, () => createVersion(connection, after, call)),
  };
};

const wrap = async (
  connection: Connection,
  plaintext: Uint8Array,
  pairs: Pairs,
  call: (CallOptions & { version?: string }) | undefined,
): Promise<Wrapped> => {
  if (plaintext.length > PLAINTEXT_BYTES_MAX)
    throw new KmsError("KMS_MISCONFIGURED", "This is more than a transit key wraps.");
  // Read first: asked to encrypt with a key that is not there, Vault may make one.
  const key = await readKey(connection, call);
  refuseKey(connection, key);
  const version = call?.version ?? key.latest;
  if (!key.versions.some(({ id }) => id === version)) throw noSuchVersion();
  const body = {
    plaintext: Buffer.from(plaintext.buffer, plaintext.byteOffset, plaintext.length).toString("base64"),
    key_version: Number(version),
    ...bound(connection, pairs),
  };
  const data = await ask(connection, "POST", `encrypt/${encodeURIComponent(connection.keyName)}`, body, call);
  const blob = Buffer.from(String(data["ciphertext"]), "utf8");
  const parsed = parseBlob(blob);
  expectAnswer(parsed !== null, "Vault answered without a ciphertext.");
  expectAnswer(parsed.version === version, "Vault wrapped under another version than it was asked for.");
  return { blob, cmkVersion: version };
};

const unwrap = async (
  connection: Connection,
  blob: Uint8Array,
  cmkVersion: string,
  pairs: Pairs,
  call: CallOptions | undefined,
): Promise<Uint8Array> => {
  const parsed = parseBlob(blob);
  if (parsed === null || parsed.version !== cmkVersion)
    throw new KmsError("KMS_INVALID_CIPHERTEXT", "The wrapped key is not of this CMK version.");
  const body = { ciphertext: parsed.text, ...bound(connection, pairs) };
  const data = await ask(connection, "POST", `decrypt/${encodeURIComponent(connection.keyName)}`, body, call);
  const plaintext = canonicalBase64(data["plaintext"]);
  expectAnswer(plaintext !== null, "Vault answered without a plaintext.");
  return plaintext;
};

const createVersion = async (
  connection: Connection,
  after: string,
  call: CallOptions | undefined,
): Promise<string> => {
  const key = await readKey(connection, call);
  if (!key.versions.some(({ id }) => id === after)) throw noSuchVersion();
  if (key.latest !== after) return key.latest;
  refuseUnlessEnabled(describeKey(connection, key));
  await ask(connection, "POST", `keys/${encodeURIComponent(connection.keyName)}/rotate`, {}, call);
  const { latest } = await readKey(connection, call);
  expectAnswer(latest !== after, "Vault says that it rotated the key, and shows no new version.");
  return latest;
};

type TransitKey = {
  type: string;
  derived: boolean;
  exportable: boolean;
  softDeleted: boolean;
  imported: boolean;
  deletionAllowed: boolean;
  latest: string;
  autoRotateSeconds: number;
  minDecryptionVersion: number;
  versions: readonly { id: string; createdAt: Date | null }[];
};

const readKey = async (connection: Connection, call: CallOptions | undefined): Promise<TransitKey> => {
  const data = await ask(
    connection,
    "GET",
    `keys/${encodeURIComponent(connection.keyName)}`,
    undefined,
    call,
  );
  expectAnswer(data["name"] === connection.keyName, "Vault described another key.");
  const keys = Object.entries(typeof data["keys"] === "object" && data["keys"] !== null ? data["keys"] : {});
  const versions = keys
    .map(([id, made]) => ({ id, createdAt: typeof made === "number" ? new Date(made * 1000) : null }))
    .toSorted((a, b) => Number(a.id) - Number(b.id));
  const latest = versions.at(-1)?.id;
  expectAnswer(
    latest !== undefined && versions.every(({ id }) => /^[1-9][0-9]{0,9}$/.test(id)),
    "Vault described a key without versions.",
  );
  return {
    type: String(data["type"]),
    derived: data["derived"] === true,
    exportable: data["exportable"] === true || data["allow_plaintext_backup"] === true,
    softDeleted: data["soft_deleted"] === true,
    // The documentation calls it by the second name.
    imported: data["imported_key"] === true || data["imported"] === true,
    deletionAllowed: data["deletion_allowed"] === true,
    latest,
    autoRotateSeconds: Number(data["auto_rotate_period"] ?? 0),
    minDecryptionVersion: Number(data["min_decryption_version"] ?? 1),
    versions,
  };
};

const describeKey = ({ keyId }: Connection, key: TransitKey): CmkDescription => {
  const healthOf = (id: string): CmkHealth =>
    key.softDeleted || Number(id) < key.minDecryptionVersion ? "disabled" : "enabled";
  return {
    health: healthOf(key.latest),
    protection: "software",
    currentVersion: key.latest,
    versions: key.versions.map(({ id, createdAt }) => ({
      ref: { provider: "vault", keyId, version: id },
      health: healthOf(id),
      createdAt,
    })),
    algorithm: key.type,
    origin: key.imported ? "imported" : "provider",
    deletionAt: null,
    warnings: [
      "not-hsm",
      ...(key.exportable ? (["exportable"] as const) : []),
      ...(key.deletionAllowed ? (["deletion-allowed"] as const) : []),
    ],
  };
};

const refuseKey = ({ binding }: Connection, key: TransitKey): void => {
  if (!AEAD_TYPES.includes(key.type))
    throw new KmsError("KMS_MISCONFIGURED", "The transit key is not of the type aes256-gcm96.");
  // A key that is not derived ignores the context, and would bind nothing.
  if (key.derived !== (binding === "context"))
    throw new KmsError(
      "KMS_MISCONFIGURED",
      key.derived
        ? "The transit key is derived: bind the tenant as its context."
        : "The transit key is not derived: make it with derived=true, or bind the tenant as associated data.",
    );
};

const bound = ({ binding }: Connection, pairs: Pairs): Record<string, string> => {
  const bytes = encodePairs(pairs);
  return binding === "context"
    ? { context: createHash("sha256").update(bytes).digest("base64") }
    : { associated_data: bytes.toString("base64") };
};

const ask = async (
  connection: Connection,
  method: "GET" | "POST",
  path: string,
  body: object | undefined,
  call: CallOptions | undefined,
): Promise<Record<string, unknown>> => {
  const { address, mount, namespace, egress, session, auth } = connection;
  const signal = call?.signal;
  const send = (token: string) =>
    egress.send({
      method,
      url: new URL(`${address}/v1/${mount.split("/").map(encodeURIComponent).join("/")}/${path}`),
      headers: {
        "x-vault-token": token,
        "x-vault-request": "true",
        ...(namespace ? { "x-vault-namespace": namespace } : {}),
        ...(body ? { "content-type": "application/json" } : {}),
      },
      body: body && JSON.stringify(body),
      signal,
    });
  const token = await session.token({ signal });
  let answer = await send(token);
  // A token may have ended before its time; a policy that denies will deny again.
  if (answer.status === 403 && auth.kind !== "token")
    answer = await send(await session.token({ stale: token, signal }));
  if (answer.status !== 200) throw toKmsError(answer);
  const data = jsonOf(answer)["data"];
  if (typeof data !== "object" || data === null) throw badResponse("Vault answered without data.");
  return data as Record<string, unknown>;
};

const BLOB = /^vault:v([1-9][0-9]{0,9}):([A-Za-z0-9+/]+=*)$/;

/** A ciphertext of the transit engine in its one spelling, or null: base64 that decodes alike must not pass as the same. */
const parseBlob = (blob: Uint8Array): { version: string; text: string } | null => {
  const text = Buffer.from(blob.buffer, blob.byteOffset, blob.length).toString("latin1");
  const match = BLOB.exec(text);
  const sealed = canonicalBase64(match?.[2]);
  if (!match?.[1] || sealed === null || sealed.length < SEALED_BYTES_MIN) return null;
  return { version: match[1], text };
};

const canonicalBase64 = (text: unknown): Buffer | null => {
  if (typeof text !== "string") return null;
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : null;
};

const noSuchVersion = (): DomainError =>
  new KmsError("KMS_KEY_NOT_FOUND", "The KMS has no such version of the transit key.");
