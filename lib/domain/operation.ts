import { CONNECTION_CUSTODIES, ConnectionConfig, connectionId, sealedText } from "./connection.ts";
import { z } from "./zod.ts";
import { slug, uuid } from "./ids.ts";
import type { KeyId, TokenId } from "./ids.ts";
import { OPERATOR_TOKEN_SCOPES, TOKEN_SCOPES } from "./permissions.ts";
import type { Permission } from "./permissions.ts";
import { reason } from "./reason.ts";
import { TOKEN_RATE_MAX } from "./token.ts";

/** The longest a service token lives. */
export const TOKEN_DAYS_MAX = 90;

const WHAT_DAYS = `A token counts for 1 to ${TOKEN_DAYS_MAX} days.`;
const WHAT_LIMIT = `A limit is a whole number of requests a second from 1 to ${TOKEN_RATE_MAX.toLocaleString("en")}.`;

/** A change of a key or version, valid only if it still stands at the rev that the asking person saw. */
const KEY_CHANGE = z.strictObject({ keyId: uuid<KeyId>(), expectedRev: z.int().min(1) });
const VERSION_CHANGE = KEY_CHANGE.extend({ version: z.int().min(1) });
const madeToken = {
  tokenId: uuid<TokenId>(),
  /** The public part by which the token is found. */
  prefix: z.string().regex(/^[0-9A-Za-z]{8}$/),
  /** SHA-256 of the whole token, hex: the token itself never reaches the database. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  days: z.int(WHAT_DAYS).min(1, WHAT_DAYS).max(TOKEN_DAYS_MAX, WHAT_DAYS),
  /** Requests a second; left out, as many as come. */
  rateLimit: z.int(WHAT_LIMIT).min(1, WHAT_LIMIT).max(TOKEN_RATE_MAX, WHAT_LIMIT).optional(),
};

/**
 * What a keeper can be asked to do: the input it gets, and the permission that the asking person must hold
 * when the keeper looks (not only when the console did). With `platform` it may be asked of the platform too, in an
 * operation without a tenant, by whoever holds that permission.
 */
export const OPERATIONS = {
  "create-key": {
    permission: "key:create",
    input: z.strictObject({ name: slug, connectionId: connectionId.optional() }),
  },
  /** To the CMK of another connection, or without one to the platform's. */
  "move-key": {
    permission: "key:move",
    input: z.strictObject({ keyId: uuid<KeyId>(), connectionId: connectionId.nullable() }),
  },
  "rotate-key": {
    permission: "key:rotate",
    input: z.strictObject({ keyId: uuid<KeyId>(), expectedVersion: z.int().min(1) }),
  },
  "suspend-key": { permission: "key:suspend", input: KEY_CHANGE },
  "resume-key": { permission: "key:suspend", input: KEY_CHANGE },
  "compromise-version": { permission: "key:compromise", input: VERSION_CHANGE },
  "deactivate-version": { permission: "key:deactivate", input: VERSION_CHANGE },
  "retire-version": { permission: "key:retire", input: VERSION_CHANGE },
  /** That none of the wraps outside is left; valid only for as many as the asking person saw. */
  "attest-wraps": {
    permission: "key:attest",
    input: VERSION_CHANGE.extend({ issued: z.int().min(1), reason }),
  },
  "create-connection": {
    permission: "connection:manage",
    platform: "platform-connection:manage",
    input: z.strictObject({
      connectionId,
      name: slug,
      custody: z.enum(CONNECTION_CUSTODIES),
      config: ConnectionConfig,
    }),
  },
  "set-connection-secret": {
    permission: "connection:manage",
    platform: "platform-connection:manage",
    input: z.strictObject({ connectionId, revision: z.int().min(1), sealed: sealedText }),
  },
  "test-connection": {
    permission: "connection:test",
    platform: "platform-connection:test",
    input: z.strictObject({ connectionId }),
  },
  "rotate-cmk": {
    permission: "connection:rotate",
    platform: "platform-connection:rotate",
    input: z.strictObject({ connectionId }),
  },
  "remove-connection": {
    permission: "connection:manage",
    platform: "platform-connection:manage",
    input: z.strictObject({ connectionId, expectedRev: z.int().min(1) }),
  },
  "mint-token": {
    permission: "token:mint",
    input: z.strictObject({
      ...madeToken,
      scopes: z.array(z.enum(TOKEN_SCOPES)).min(1).max(TOKEN_SCOPES.length),
    }),
  },
  "remove-sample-tenant": { permission: "sample:manage", input: z.strictObject({}) },
  "revoke-token": { permission: "token:revoke", input: z.strictObject({ tokenId: uuid<TokenId>() }) },
  "mint-operator-token": {
    permission: "operator-token:mint",
    input: z.strictObject({
      ...madeToken,
      scopes: z.array(z.enum(OPERATOR_TOKEN_SCOPES)).min(1).max(OPERATOR_TOKEN_SCOPES.length),
    }),
  },
  "revoke-operator-token": {
    permission: "operator-token:revoke",
    input: z.strictObject({ tokenId: uuid<TokenId>() }),
  },
} as const satisfies Record<string, { permission: Permission; platform?: Permission; input: z.ZodType }>;

export type OperationKind = keyof typeof OPERATIONS;
/** The kinds that are of no tenant. The database holds the same list against whoever asks. */
export const OPERATOR_KINDS = ["mint-operator-token", "revoke-operator-token"] as const;
export type OperatorKind = (typeof OPERATOR_KINDS)[number];
/** The kinds that are of a tenant or, about its own connections, of the platform. */
export type OwnerKind = {
  [K in OperationKind]: (typeof OPERATIONS)[K] extends { platform: Permission } ? K : never;
}[OperationKind];
export type TenantKind = Exclude<OperationKind, OperatorKind | OwnerKind>;
export const isOwnerKind = (kind: OperationKind): kind is OwnerKind => "platform" in OPERATIONS[kind];

/** What whoever asks for an operation must hold. */
export const permissionFor = (kind: OperationKind, ofTenant: boolean): Permission => {
  const { permission, platform } = OPERATIONS[kind] as { permission: Permission; platform?: Permission };
  return ofTenant ? permission : (platform ?? permission);
};
export const isOperatorKind = (kind: OperationKind): kind is OperatorKind =>
  (OPERATOR_KINDS as readonly OperationKind[]).includes(kind);

export type OperationInput<K extends OperationKind> = z.output<(typeof OPERATIONS)[K]["input"]>;

export const isOperationKind = (kind: string): kind is OperationKind => Object.hasOwn(OPERATIONS, kind);

/** What a mutation asks a keeper to do. */
export type OperationDraft = {
  [K in OperationKind]: { kind: K; input: z.input<(typeof OPERATIONS)[K]["input"]> };
}[OperationKind];

/** How an operation stands, for whoever waits for it. */
export type OperationView = {
  id: string;
  kind: string;
  state: "pending" | "running" | "done" | "failed";
  outcome: Record<string, unknown> | null;
  error: { code: string; message: string } | null;
  /** The request that asked for it. */
  req: string;
};
