import { randomBytes, randomUUID } from "node:crypto";
import type { Clock } from "./clock.ts";
import { createPermissions, permissionDoors } from "./permissions.ts";
import { type Answer, type Call, type Protocol, startEmulator } from "./server.ts";
import {
  createTransitKeys,
  type KeyOptions,
  type TransitKey,
  transitOpen,
  transitSeal,
} from "./vault-keys.ts";

type Body = Record<string, unknown>;
type Lease = { credential: string; until: number };

const ROOT = "root";
const LEASE_S = 1200;

/** The transit engine of Vault and OpenBao with token, AppRole and JWT login, as `docs` of both describe them. */
export const startVault = (options: { port?: number } = {}) =>
  startEmulator((clock) => buildVault(clock), options);

const buildVault = (clock: Clock) => {
  const keys = createTransitKeys(clock);
  const permissions = createPermissions([ROOT]);
  const leases = new Map<string, Lease>([[ROOT, { credential: ROOT, until: Number.POSITIVE_INFINITY }]]);
  const appRoles = new Map<string, string>();
  const jwtRoles = new Map<string, string>();
  const limits = new Map<string, string>();
  let sealed = false;

  const lease = (credential: string): Answer => {
    const token = `hvs.${randomBytes(18).toString("base64url")}`;
    leases.set(token, { credential, until: clock.now().getTime() + LEASE_S * 1000 });
    return {
      status: 200,
      body: { auth: { client_token: token, lease_duration: LEASE_S, renewable: true } },
    };
  };
  const login = (call: Call): Answer => {
    const body = bodyOf(call);
    if (call.url.pathname.endsWith("/approle/login")) {
      const role = String(body["role_id"]);
      const known = appRoles.get(role);
      if (known === undefined || known !== body["secret_id"]) return errors(400, "invalid role or secret ID");
      return lease(role);
    }
    const role = String(body["role"]);
    if (jwtRoles.get(role) !== body["jwt"]) return errors(400, "error validating token: invalid signature");
    return lease(role);
  };

  const answer = (call: Call, operation: string): Answer => {
    if (sealed) return errors(503, "Vault is sealed");
    if (operation === "health") return { status: 200, body: { initialized: true, sealed, version: "2.6.2" } };
    if (operation === "login") return login(call);
    if (operation === "unknown")
      return errors(404, `no handler for route "${call.url.pathname.slice(4)}". route entry not found.`);
    const held = leases.get(call.headers["x-vault-token"] ?? "");
    if (held === undefined || held.until <= clock.now().getTime()) {
      return errors(403, "permission denied", "invalid token");
    }
    const may = (name: string, verb: string): boolean =>
      permissions.may(held.credential, verb) && (limits.get(held.credential) ?? name) === name;
    if (operation === "capabilities") return capabilities(bodyOf(call), may);
    const name = decodeURIComponent(call.url.pathname.split("/")[4] ?? "");
    if (!may(name, operation)) return errors(403, "permission denied");
    const key = keys.find(name);
    if (operation === "read")
      return key ? { status: 200, body: { data: describeKey(key) } } : { status: 404, body: { errors: [] } };
    if (key === undefined) return errors(400, "encryption key not found");
    if (key.softDeleted) return errors(400, "refusing to use soft-deleted key");
    if (operation === "rotate") {
      keys.addVersion(key);
      return { status: 200, body: { data: describeKey(key) } };
    }
    return useKey(key, operation, bodyOf(call));
  };

  const protocol: Protocol = { operationOf, answer, failure, spoil };
  return {
    protocol,
    doors: {
      ...permissionDoors(permissions),
      createKey: (input: KeyOptions) => keys.create(input),
      rotate: keys.rotate,
      disable: keys.softDelete,
      enable: keys.restore,
      destroy: keys.destroy,
      setMinDecryptionVersion: keys.setMinDecryptionVersion,
      seal: (input: { sealed: boolean }): void => void (sealed = input.sealed),
      addToken: (input: { token: string }): void => {
        permissions.add(input.token);
        leases.set(input.token, { credential: input.token, until: Number.POSITIVE_INFINITY });
      },
      revokeLeases: (): void => {
        for (const [token, held] of leases) if (held.until !== Number.POSITIVE_INFINITY) leases.delete(token);
      },
      /** A credential's policy names one key from here on; without a limit it says `transit/*`. */
      limit: (input: { credential: string; name: string }): void =>
        void limits.set(input.credential, input.name),
      /** Its policy says `transit/*` again, with every capability. */
      unlimit: (input: { credential: string }): void => void limits.delete(input.credential),
      allowDeletion: keys.allowDeletion,
      addAppRole: (input: { roleId: string; secretId: string }): void => {
        permissions.add(input.roleId);
        appRoles.set(input.roleId, input.secretId);
      },
      addJwtRole: (input: { role: string; jwt: string }): void => {
        permissions.add(input.role);
        jwtRoles.set(input.role, input.jwt);
      },
    },
  };
};

const operationOf = ({ method, url }: Call): string => {
  const [, v1, mount, verb, name, act] = url.pathname.split("/");
  if (v1 !== "v1") return "unknown";
  if (mount === "sys" && verb === "health") return "health";
  if (mount === "sys" && verb === "capabilities-self") return "capabilities";
  if (mount === "auth" && (verb === "approle" || verb === "jwt") && name === "login") return "login";
  if (mount !== "transit" || !name) return "unknown";
  if (verb === "keys" && act === undefined && method === "GET") return "read";
  if (verb === "keys" && act === "rotate" && method === "POST") return "rotate";
  if ((verb === "encrypt" || verb === "decrypt" || verb === "rewrap") && method === "POST") return verb;
  return "unknown";
};

/** By path, and for one path alone under `capabilities` too, as Vault answers. */
const capabilities = (body: Body, may: (name: string, verb: string) => boolean): Answer => {
  const paths = (body["paths"] as string[] | undefined) ?? [];
  const isLimited = !may(randomUUID(), "read");
  const on = (path: string): string[] => {
    const [, verb = "", name = "", act] = path.split("/");
    if (verb === "keys" && act === undefined) {
      if (!may(name, "read")) return ["deny"];
      return isLimited ? ["read"] : ["create", "delete", "read", "update"];
    }
    return may(name, act ?? verb) ? ["update"] : ["deny"];
  };
  const byPath = Object.fromEntries(paths.map((path) => [path, on(path)]));
  const [only] = paths;
  const single = paths.length === 1 && only !== undefined ? { capabilities: byPath[only] } : {};
  return { status: 200, body: { ...byPath, ...single } };
};

const useKey = (key: TransitKey, operation: string, body: Body): Answer => {
  const context = bytesOf(body["context"]);
  const aad = bytesOf(body["associated_data"]);
  if (key.derived && context.length === 0)
    return errors(400, "missing 'context' for key derivation; the key was created using a derived key");
  const latest = key.versions.length;
  if (operation === "encrypt") {
    const version = Number(body["key_version"] ?? latest) || latest;
    if (version > latest)
      return errors(400, "requested version for encryption is higher than the latest key version");
    return sealed(transitSeal(key, version, context, aad, bytesOf(body["plaintext"])), version);
  }
  const parts = String(body["ciphertext"]).split(":");
  if (parts[0] !== "vault" || parts.length !== 3) return errors(400, "invalid ciphertext: no prefix");
  const version = Number(parts[1]?.slice(1));
  if (!Number.isInteger(version) || version < 1 || version > latest)
    return errors(400, "invalid ciphertext: version is too new");
  if (version < key.minDecryptionVersion)
    return errors(400, "ciphertext or signature version is disallowed by policy (too old)");
  const opened = transitOpen(
    key,
    version,
    context,
    operation === "rewrap" ? Buffer.alloc(0) : aad,
    bytesOf(parts[2]),
  );
  if (opened === null) return errors(400, "cipher: message authentication failed");
  if (operation === "rewrap")
    return sealed(transitSeal(key, latest, context, Buffer.alloc(0), opened), latest);
  return { status: 200, body: { data: { plaintext: opened.toString("base64") } } };
};

const sealed = (ciphertext: string, version: number): Answer => ({
  status: 200,
  body: { request_id: randomUUID(), data: { ciphertext, key_version: version } },
});

const describeKey = (key: TransitKey): Body => ({
  name: key.name,
  type: key.type,
  derived: key.derived,
  exportable: key.exportable,
  allow_plaintext_backup: false,
  deletion_allowed: key.deletionAllowed,
  imported_key: false,
  soft_deleted: key.softDeleted,
  latest_version: key.versions.length,
  min_available_version: 0,
  min_decryption_version: key.minDecryptionVersion,
  min_encryption_version: 0,
  auto_rotate_period: 0,
  keys: Object.fromEntries(key.versions.map(({ createdAt }, index) => [String(index + 1), createdAt])),
});

const failure: Protocol["failure"] = (kind) => {
  if (kind === "throttle") return errors(429, 'request path "transit": rate limit quota exceeded');
  return kind === "unavailable" ? errors(503, "Vault is sealed") : errors(500, "internal error");
};

const spoil: Protocol["spoil"] = (answer, kind, operation) => {
  const data = (answer.body as { data?: Body }).data;
  if (data === undefined) return answer;
  if (operation === "encrypt") {
    const ciphertext = String(data["ciphertext"]);
    const other = ciphertext.replace(/^vault:v(\d+):/, (_, version) => `vault:v${Number(version) + 1}:`);
    return withData(answer, {
      ...data,
      ciphertext: kind === "garbage" ? "\u0000not a ciphertext" : other,
    });
  }
  if (operation === "decrypt")
    return withData(answer, { plaintext: kind === "garbage" ? "!!!" : randomBytes(32).toString("base64") });
  const wrong = kind === "garbage" ? { keys: { one: "two" }, latest_version: "x" } : { name: "another-key" };
  return withData(answer, { ...data, ...wrong });
};

const withData = (answer: Answer, data: Body): Answer => ({ ...answer, body: { data } });

const errors = (status: number, ...messages: string[]): Answer => ({ status, body: { errors: messages } });

const bodyOf = (call: Call): Body =>
  call.body.length === 0 ? {} : (JSON.parse(call.body.toString("utf8")) as Body);

const bytesOf = (value: unknown): Buffer => Buffer.from(typeof value === "string" ? value : "", "base64");
