import { createPublicKey, generateKeyPairSync, randomBytes, randomUUID, verify } from "node:crypto";
import { type Clock, unixSeconds } from "./clock.ts";
import { crc32cBitwise } from "./crc32c.ts";
import {
  createGcpKeys,
  type GcpKey,
  type GcpKeyOptions,
  type GcpVersion,
  gcpOpen,
  gcpSeal,
  gcpVersionOf,
} from "./gcp-keys.ts";
import { createPermissions, permissionDoors } from "./permissions.ts";
import { type Answer, type Call, type Protocol, startEmulator } from "./server.ts";

type Body = Record<string, unknown>;

const TOKEN_S = 3600;
const STATUS_OF: Readonly<Record<string, number>> = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
};

/** Google Cloud KMS over REST, with its token endpoints for service accounts and federated identities. */
export const startGcp = (options: { port?: number } = {}) =>
  startEmulator((clock) => buildGcp(clock), options);

const buildGcp = (clock: Clock) => {
  const keys = createGcpKeys(clock);
  const permissions = createPermissions([]);
  const publicKeys = new Map<string, string>();
  const subjects = new Map<string, string>();
  const impersonators = new Map<string, string>();
  const tokens = new Map<string, { caller: string; until: number }>();

  let switchedOff: string | null = null;

  const tokenFor = (caller: string): string => {
    const token = `ya29.${randomBytes(18).toString("base64url")}`;
    tokens.set(token, { caller, until: clock.now().getTime() + TOKEN_S * 1000 });
    return token;
  };
  const callerOf = (call: Call): string | undefined => {
    const held = tokens.get((call.headers["authorization"] ?? "").replace(/^Bearer /, ""));
    return held !== undefined && held.until > clock.now().getTime() ? held.caller : undefined;
  };
  const login = (call: Call): Answer => {
    if (call.url.pathname.endsWith(":generateAccessToken")) {
      const email = /serviceAccounts\/([^:]+):/.exec(decodeURIComponent(call.url.pathname))?.[1] ?? "";
      const caller = callerOf(call);
      if (caller === undefined || impersonators.get(email) !== caller)
        return failed("PERMISSION_DENIED", "Permission 'iam.serviceAccounts.getAccessToken' denied.");
      const expireTime = new Date(clock.now().getTime() + TOKEN_S * 1000).toISOString();
      return { status: 200, body: { accessToken: tokenFor(email), expireTime } };
    }
    const form = new URLSearchParams(call.body.toString("utf8"));
    const subjectToken = form.get("subject_token");
    const caller =
      subjectToken === null ? signerOf(form.get("assertion") ?? "", publicKeys) : subjects.get(subjectToken);
    if (caller === undefined)
      return { status: 400, body: { error: "invalid_grant", error_description: "Invalid JWT Signature." } };
    return {
      status: 200,
      body: { access_token: tokenFor(caller), token_type: "Bearer", expires_in: TOKEN_S },
    };
  };

  const answer = (call: Call, operation: string): Answer => {
    if (operation === "login") return login(call);
    const caller = callerOf(call);
    if (caller === undefined)
      return failed("UNAUTHENTICATED", "Request had invalid authentication credentials.");
    if (switchedOff !== null) {
      const info = { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: switchedOff };
      return failed("PERMISSION_DENIED", "Cloud Key Management Service (KMS) API is not available.", [info]);
    }
    const { keyName, versionId } = resourceOf(call);
    if (operation === "testPermissions") {
      const { permissions: asked = [] } = JSON.parse(call.body.toString("utf8")) as {
        permissions?: string[];
      };
      return ok({ permissions: asked.filter((permission) => permissions.may(caller, permission)) });
    }
    const permission = PERMISSIONS[operation] ?? operation;
    if (!permissions.may(caller, permission)) {
      return failed(
        "PERMISSION_DENIED",
        `Permission '${permission}' denied on resource '${keyName}' (or it may not exist).`,
      );
    }
    const key = keys.find(keyName);
    if (key === undefined) return failed("NOT_FOUND", `CryptoKey ${keyName} not found.`);
    const named = versionId === undefined ? undefined : key.versions.find(({ id }) => id === versionId);
    if (versionId !== undefined && named === undefined)
      return failed("NOT_FOUND", `CryptoKeyVersion ${keyName}/cryptoKeyVersions/${versionId} not found.`);
    const body = call.body.length === 0 ? {} : (JSON.parse(call.body.toString("utf8")) as Body);
    switch (operation) {
      case "get":
        return ok(describeKey(key));
      case "getPolicy":
        return ok({ version: 1, etag: "BwX=", bindings: key.bindings });
      case "list":
        return ok({
          cryptoKeyVersions: key.versions.map((one) => describeVersion(key, one)),
          totalSize: key.versions.length,
        });
      case "create":
        return ok(describeVersion(key, keys.addVersion(key)));
      case "updatePrimary":
        key.primary = String(body["cryptoKeyVersionId"]);
        return ok(describeKey(key));
      case "destroy":
        if (named && named.state !== "DESTROYED") keys.scheduleDestruction(named);
        return named ? ok(describeVersion(key, named)) : failed("INVALID_ARGUMENT", "Name a version.");
      case "encrypt":
        return encrypt(key, named ?? primaryOf(key), body);
      case "decrypt":
        return decrypt(key, body);
      default:
        return failed("NOT_FOUND", "Method not found.");
    }
  };

  const protocol: Protocol = { operationOf, answer, failure, spoil };
  return {
    protocol,
    doors: {
      ...permissionDoors(permissions),
      createKey: (input: GcpKeyOptions) => keys.create(input),
      rotate: keys.rotate,
      disable: keys.disable,
      enable: keys.enable,
      scheduleDeletion: keys.scheduleDeletion,
      cancelDeletion: keys.cancelDeletion,
      destroy: keys.destroy,
      setState: keys.setState,
      setBindings: keys.setBindings,
      ignoreContext: keys.ignoreContext,
      /** Cloud KMS is switched off in the project, or its billing is. */
      switchOff: (input: { reason: "SERVICE_DISABLED" | "BILLING_DISABLED" | null }): void =>
        void (switchedOff = input.reason),
      /** Makes a service account and gives out its private key, as the console of Google does. */
      addServiceAccount: (input: { email: string }): string => {
        permissions.add(input.email);
        const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
        publicKeys.set(input.email, pair.publicKey.export({ type: "spki", format: "pem" }).toString());
        return pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
      },
      removeSubject: (input: { token: string }): void => void subjects.delete(input.token),
      addSubject: (input: { subject: string; token: string; impersonates?: string }): void => {
        permissions.add(input.subject);
        subjects.set(input.token, input.subject);
        if (!input.impersonates) return;
        permissions.add(input.impersonates);
        impersonators.set(input.impersonates, input.subject);
      },
    },
  };
};

const PERMISSIONS: Readonly<Record<string, string>> = {
  get: "cloudkms.cryptoKeys.get",
  list: "cloudkms.cryptoKeyVersions.list",
  create: "cloudkms.cryptoKeyVersions.create",
  updatePrimary: "cloudkms.cryptoKeys.update",
  destroy: "cloudkms.cryptoKeyVersions.destroy",
  getPolicy: "cloudkms.cryptoKeys.getIamPolicy",
  encrypt: "cloudkms.cryptoKeyVersions.useToEncrypt",
  decrypt: "cloudkms.cryptoKeyVersions.useToDecrypt",
};

const operationOf = ({ method, url }: Call): string => {
  const path = decodeURIComponent(url.pathname);
  if (path.endsWith("/token") || path.endsWith(":generateAccessToken")) return "login";
  if (path.endsWith(":encrypt")) return "encrypt";
  if (path.endsWith(":decrypt")) return "decrypt";
  if (path.endsWith(":updatePrimaryVersion")) return "updatePrimary";
  if (path.endsWith(":destroy")) return "destroy";
  if (path.endsWith(":getIamPolicy")) return "getPolicy";
  if (path.endsWith(":testIamPermissions")) return "testPermissions";
  if (path.endsWith("/cryptoKeyVersions")) return method === "POST" ? "create" : "list";
  return /\/cryptoKeys\/[^/]+$/.test(path) && method === "GET" ? "get" : "unknown";
};

const resourceOf = ({ url }: Call): { keyName: string; versionId: string | undefined } => {
  const path = decodeURIComponent(url.pathname)
    .replace(/^\/v1\//, "")
    .replace(/:[a-zA-Z]+$/, "");
  const [keyName = "", versionId] = path.split("/cryptoKeyVersions");
  return { keyName, versionId: versionId ? versionId.slice(1) : undefined };
};

const signerOf = (assertion: string, publicKeys: ReadonlyMap<string, string>): string | undefined => {
  const [header = "", claims = "", signature = ""] = assertion.split(".");
  const { iss } = JSON.parse(Buffer.from(claims, "base64url").toString("utf8") || "{}") as { iss?: string };
  const pem = publicKeys.get(iss ?? "");
  if (pem === undefined) return undefined;
  const signed = Buffer.from(`${header}.${claims}`);
  return verify("sha256", signed, createPublicKey(pem), Buffer.from(signature, "base64url"))
    ? iss
    : undefined;
};

const encrypt = (key: GcpKey, version: GcpVersion, body: Body): Answer => {
  const unusable = refuseUse(key, version);
  if (unusable !== undefined) return unusable;
  const [plaintext, aad] = [bytesOf(body["plaintext"]), bytesOf(body["additionalAuthenticatedData"])];
  const isIntact =
    isChecked(body["plaintextCrc32c"], plaintext) &&
    isChecked(body["additionalAuthenticatedDataCrc32c"], aad);
  if (!isIntact) return failed("INVALID_ARGUMENT", "The checksum in field plaintext_crc32c did not match.");
  const ciphertext = gcpSeal(version, key.ignoresContext ? Buffer.alloc(0) : aad, plaintext);
  return ok({
    name: `${key.name}/cryptoKeyVersions/${version.id}`,
    ciphertext: ciphertext.toString("base64"),
    ciphertextCrc32c: String(crc32cBitwise(ciphertext)),
    verifiedPlaintextCrc32c: body["plaintextCrc32c"] !== undefined,
    verifiedAdditionalAuthenticatedDataCrc32c: body["additionalAuthenticatedDataCrc32c"] !== undefined,
    protectionLevel: key.protectionLevel,
  });
};

const decrypt = (key: GcpKey, body: Body): Answer => {
  const ciphertext = bytesOf(body["ciphertext"]);
  const version = gcpVersionOf(key, ciphertext);
  if (version === undefined)
    return failed("INVALID_ARGUMENT", "Decryption failed: the ciphertext is invalid.");
  const unusable = refuseUse(key, version);
  if (unusable !== undefined) return unusable;
  const aad = key.ignoresContext ? Buffer.alloc(0) : bytesOf(body["additionalAuthenticatedData"]);
  const plaintext = gcpOpen(version, aad, ciphertext);
  if (plaintext === null) return failed("INVALID_ARGUMENT", "Decryption failed: the ciphertext is invalid.");
  return ok({
    plaintext: plaintext.toString("base64"),
    plaintextCrc32c: String(crc32cBitwise(plaintext)),
    usedPrimary: version.id === key.primary,
    protectionLevel: key.protectionLevel,
  });
};

const refuseUse = (key: GcpKey, version: GcpVersion): Answer | undefined => {
  if (key.purpose !== "ENCRYPT_DECRYPT")
    return failed("INVALID_ARGUMENT", `The purpose of the key is ${key.purpose}.`);
  if (version.state === "ENABLED") return undefined;
  const name = `${key.name}/cryptoKeyVersions/${version.id}`;
  return failed("FAILED_PRECONDITION", `${name} is not enabled, current state is: ${version.state}.`, [
    {
      "@type": "type.googleapis.com/google.rpc.PreconditionFailure",
      violations: [{ type: VIOLATIONS[version.state], subject: name }],
    },
  ]);
};

const VIOLATIONS: Readonly<Record<string, string>> = {
  DISABLED: "KEY_DISABLED",
  DESTROY_SCHEDULED: "KEY_DESTROY_SCHEDULED",
  DESTROYED: "KEY_DESTROYED",
  PENDING_GENERATION: "KEY_PENDING_GENERATION",
};

const primaryOf = (key: GcpKey): GcpVersion => {
  const version = key.versions.find(({ id }) => id === key.primary);
  if (version === undefined) throw new TypeError("The key has no primary version.");
  return version;
};

const describeVersion = (key: GcpKey, version: GcpVersion): Body => ({
  name: `${key.name}/cryptoKeyVersions/${version.id}`,
  state: version.state,
  protectionLevel: key.protectionLevel,
  algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION",
  createTime: timestamp(version.createdAt),
  ...(version.destroyAt === null ? {} : { destroyTime: timestamp(version.destroyAt) }),
});

const describeKey = (key: GcpKey): Body => ({
  name: key.name,
  purpose: key.purpose,
  ...(key.purpose === "ENCRYPT_DECRYPT" ? { primary: describeVersion(key, primaryOf(key)) } : {}),
  createTime: timestamp(key.versions[0]?.createdAt ?? new Date(0)),
  versionTemplate: { protectionLevel: key.protectionLevel, algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION" },
  destroyScheduledDuration: "2592000s",
});

const timestamp = (date: Date): string => new Date(unixSeconds(date) * 1000).toISOString();

const failure: Protocol["failure"] = (kind) => {
  if (kind === "throttle")
    return failed("RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Software usage'.");
  return kind === "unavailable"
    ? failed("UNAVAILABLE", "The service is currently unavailable.")
    : failed("INTERNAL", "Internal error encountered.");
};

const spoil: Protocol["spoil"] = (answer, kind, operation) => {
  const body = answer.body as Body;
  const otherName = String(body["name"]).replace(/\/cryptoKeys\/[^/]+/, "/cryptoKeys/another-key");
  if (operation === "decrypt")
    return { ...answer, body: { ...body, plaintext: randomBytes(64).toString("base64") } };
  if (operation === "encrypt" && kind === "garbage")
    return { ...answer, body: { ...body, ciphertext: randomBytes(92).toString("base64") } };
  if (operation === "list")
    return { ...answer, body: { cryptoKeyVersions: kind === "garbage" ? [{ name: "nonsense" }] : [] } };
  return { ...answer, body: kind === "garbage" ? { name: "" } : { ...body, name: otherName } };
};

const ok = (body: Body): Answer => ({ status: 200, body });

const failed = (status: string, message: string, details: unknown[] = []): Answer => {
  const request = { "@type": "type.googleapis.com/google.rpc.RequestInfo", requestId: randomUUID() };
  const code = STATUS_OF[status] ?? 500;
  return { status: code, body: { error: { code, status, message, details: [...details, request] } } };
};

const isChecked = (given: unknown, bytes: Buffer): boolean =>
  given === undefined ||
  Number(typeof given === "object" && given !== null ? (given as Body)["value"] : given) ===
    crc32cBitwise(bytes);

const bytesOf = (value: unknown): Buffer => Buffer.from(typeof value === "string" ? value : "", "base64");
