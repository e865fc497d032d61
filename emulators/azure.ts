import { randomBytes, randomUUID } from "node:crypto";
import { createIdentity } from "./azure-identity.ts";
import {
  type AzureKey,
  type AzureKeyOptions,
  type AzureVersion,
  createAzureKeys,
  rsaUnwrap,
  rsaWrap,
} from "./azure-keys.ts";
import { type Clock, unixSeconds } from "./clock.ts";
import { createPermissions, permissionDoors } from "./permissions.ts";
import { type Answer, type Call, type Protocol, startEmulator } from "./server.ts";

type Body = Record<string, unknown>;

const TENANT = "11111111-2222-4333-8444-555555555555";

/** Azure Key Vault's keys over TLS, with the token endpoint of their directory. */
export const startAzure = (options: { port?: number } = {}) =>
  startEmulator((clock, origin) => buildAzure(clock, origin), { ...options, tls: true });

const buildAzure = (clock: Clock, origin: () => string) => {
  const keys = createAzureKeys(clock);
  const identity = createIdentity(clock, origin);
  const permissions = createPermissions([]);

  const answer = (call: Call, operation: string): Answer => {
    if (operation === "login") return identity.answer(call);
    const caller = identity.callerOf(call);
    if (caller === undefined) return challenge(origin());
    if (!permissions.may(caller, operation)) {
      return failed(
        403,
        "Forbidden",
        `Caller is not authorized to perform action ${operation}.`,
        "ForbiddenByRbac",
      );
    }
    const [, , name = "", second = ""] = call.url.pathname.split("/");
    if (operation === "getDeleted") {
      const gone = keys.deleted(name);
      return gone ? ok(deletedBundle(gone, origin())) : notFound(name);
    }
    const key = keys.live(name);
    if (key === undefined) return notFound(name);
    if (operation === "list") {
      return ok({
        value: key.versions.map((version) => versionItem(key, version, origin())),
        nextLink: null,
      });
    }
    if (operation === "rotationPolicy") return ok(rotationPolicy(key, origin()));
    if (operation === "rotate") return ok(bundle(key, keys.addVersion(key), origin()));
    const version = second === "" ? key.versions.at(-1) : key.versions.find(({ id }) => id === second);
    if (version === undefined) return notFound(name);
    if (operation === "get") return ok(bundle(key, version, origin()));
    return useKey(key, version, operation, call, unixSeconds(clock.now()), origin());
  };

  const protocol: Protocol = { operationOf, answer, failure, spoil };
  return {
    protocol,
    doors: {
      ...permissionDoors(permissions),
      createKey: (input: AzureKeyOptions) => keys.create(input),
      rotate: keys.rotate,
      disable: keys.disable,
      enable: keys.enable,
      expire: keys.expire,
      scheduleDeletion: keys.scheduleDeletion,
      cancelDeletion: keys.cancelDeletion,
      destroy: keys.destroy,
      removeApp: identity.removeApp,
      expireSecret: identity.expireSecret,
      addApp: (input: { clientId: string; secret?: string; assertion?: string; tenantId?: string }): void => {
        permissions.add(input.clientId);
        identity.addApp({ ...input, tenantId: input.tenantId ?? TENANT });
      },
    },
  };
};

const operationOf = ({ method, url, headers }: Call): string => {
  const [, first, name, second, third] = url.pathname.split("/");
  if (url.pathname.endsWith("/token") || url.pathname.endsWith("/openid-configuration")) return "login";
  // Asked without a token, whatever was asked: the answer is where to get one.
  if (headers["authorization"] === undefined && name) return "challenge";
  if (first === "deletedkeys") return "getDeleted";
  if (first !== "keys" || !name) return "unknown";
  if (second === "rotationpolicy") return "rotationPolicy";
  if (method === "GET") return second === "versions" ? "list" : "get";
  if (second === "rotate") return "rotate";
  return third === "wrapkey" ? "wrapKey" : third === "unwrapkey" ? "unwrapKey" : "unknown";
};

const useKey = (
  key: AzureKey,
  version: AzureVersion,
  operation: string,
  call: Call,
  now: number,
  origin: string,
): Answer => {
  const body = JSON.parse(call.body.toString("utf8")) as Body;
  if (!key.operations.includes(operation))
    return failed(
      403,
      "Forbidden",
      `Operation ${operation} is not permitted on this key.`,
      "KeyOperationForbidden",
    );
  if (body["alg"] !== "RSA-OAEP-256") return failed(400, "BadParameter", "The algorithm is not supported.");
  // As the service does: what needs the public key alone is not refused.
  if (operation === "unwrapKey" && !version.enabled) {
    return failed(403, "Forbidden", "Operation unwrapKey is not allowed on a disabled key.", "KeyDisabled");
  }
  if (version.expiresAt !== null && version.expiresAt <= now && operation === "wrapKey")
    return failed(403, "Forbidden", "Operation wrapKey is not allowed on an expired key.", "KeyExpired");
  const value = Buffer.from(String(body["value"]), "base64url");
  const result = operation === "wrapKey" ? rsaWrap(version, value) : rsaUnwrap(version, value);
  if (result === null) return failed(400, "BadParameter", "The parameter is incorrect.");
  return ok({ kid: kidOf(key, version, origin), value: result.toString("base64url") });
};

const kidOf = (key: AzureKey, version: AzureVersion, origin: string): string =>
  `${origin}/keys/${key.name}/${version.id}`;

/** What every key has until somebody sets another: a notice before it expires. */
const rotationPolicy = (key: AzureKey, origin: string): Body => ({
  id: `${origin}/keys/${key.name}/rotationpolicy`,
  lifetimeActions: [{ trigger: { timeBeforeExpiry: "P30D" }, action: { type: "Notify" } }],
  attributes: {},
});

const attributes = (key: AzureKey, version: AzureVersion): Body => ({
  enabled: version.enabled,
  created: version.createdAt,
  updated: version.createdAt,
  recoveryLevel: key.purgeable ? "Recoverable+Purgeable" : "Recoverable",
  exportable: key.exportable,
  recoverableDays: 90,
  ...(version.expiresAt === null ? {} : { exp: version.expiresAt }),
});

const bundle = (key: AzureKey, version: AzureVersion, origin: string): Body => {
  const { n, e } = version.publicKey.export({ format: "jwk" });
  return {
    key: { kid: kidOf(key, version, origin), kty: key.kty, key_ops: key.operations, n, e },
    attributes: attributes(key, version),
  };
};

const versionItem = (key: AzureKey, version: AzureVersion, origin: string): Body => ({
  kid: kidOf(key, version, origin),
  attributes: attributes(key, version),
});

const deletedBundle = (key: AzureKey, origin: string): Body => {
  const last = key.versions.at(-1);
  return {
    ...(last === undefined ? {} : bundle(key, last, origin)),
    recoveryId: `${origin}/deletedkeys/${key.name}`,
    deletedDate: key.deletedAt,
    scheduledPurgeDate: key.purgeAt,
  };
};

const challenge = (origin: string): Answer => ({
  status: 401,
  headers: {
    "www-authenticate": `Bearer authorization="${origin}/${TENANT}", resource="https://vault.azure.net"`,
  },
  body: { error: { code: "Unauthorized", message: "AKV10000: Request is missing a Bearer or PoP token." } },
});

const notFound = (name: string): Answer =>
  failed(404, "KeyNotFound", `A key with (name/id) ${name} was not found in this key vault.`);

const ok = (body: Body): Answer => ({ status: 200, headers: { "x-ms-request-id": randomUUID() }, body });

const failed = (status: number, code: string, message: string, inner?: string): Answer => ({
  status,
  headers: { "x-ms-request-id": randomUUID() },
  body: { error: { code, message, ...(inner === undefined ? {} : { innererror: { code: inner } }) } },
});

const failure: Protocol["failure"] = (kind) => {
  if (kind === "throttle")
    return failed(429, "Throttled", "Request was not processed because too many requests were received.");
  return kind === "unavailable"
    ? failed(503, "ServiceUnavailable", "The service is unavailable.")
    : failed(500, "InternalServerError", "An internal error occurred.");
};

const otherVersion = (kid: unknown): string => String(kid).replace(/[^/]+$/, "0".repeat(32));

const spoil: Protocol["spoil"] = (answer, kind, operation) => {
  const body = answer.body as Body;
  if (operation === "wrapKey" || operation === "unwrapKey") {
    const wrong =
      kind === "garbage"
        ? { value: "AAAA" }
        : { kid: otherVersion(body["kid"]), value: randomBytes(16).toString("base64url") };
    return { ...answer, body: { ...body, ...wrong } };
  }
  if (operation === "list") {
    const value = kind === "garbage" ? [{ kid: "nonsense" }] : [];
    return { ...answer, body: { value, nextLink: null } };
  }
  const key = body["key"] as Body | undefined;
  if (key === undefined) return answer;
  const wrong =
    kind === "garbage"
      ? { kty: "quantum", n: "", kid: "nonsense" }
      : { kid: String(key["kid"]).replace(/\/keys\/[^/]+/, "/keys/another-key") };
  return { ...answer, body: { ...body, key: { ...key, ...wrong } } };
};
