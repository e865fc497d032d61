import { z } from "./zod.ts";
import { slug, uuid } from "./ids.ts";
import type { KeyId, TokenId } from "./ids.ts";
import { TOKEN_SCOPES } from "./permissions.ts";
import type { Permission } from "./permissions.ts";

/** The longest a service token lives. */
export const TOKEN_DAYS_MAX = 90;

/**
 * What a keeper can be asked to do: the input it gets, and the permission that the asking person must hold
 * when the keeper looks (not only when the console did).
 */
export const OPERATIONS = {
  "create-key": { permission: "key:create", input: z.strictObject({ name: slug }) },
  "rotate-key": {
    permission: "key:rotate",
    input: z.strictObject({ keyId: uuid<KeyId>(), expectedVersion: z.int().min(1) }),
  },
  "mint-token": {
    permission: "token:mint",
    input: z.strictObject({
      tokenId: uuid<TokenId>(),
      /** The public part by which the token is found. */
      prefix: z.string().regex(/^[0-9A-Za-z]{8}$/),
      /** SHA-256 of the whole token, hex: the token itself never reaches the database. */
      hash: z.string().regex(/^[0-9a-f]{64}$/),
      scopes: z.array(z.enum(TOKEN_SCOPES)).min(1).max(TOKEN_SCOPES.length),
      days: z.int().min(1).max(TOKEN_DAYS_MAX),
    }),
  },
  "remove-sample-tenant": { permission: "sample:manage", input: z.strictObject({}) },
  "revoke-token": { permission: "token:revoke", input: z.strictObject({ tokenId: uuid<TokenId>() }) },
} as const satisfies Record<string, { permission: Permission; input: z.ZodType }>;

export type OperationKind = keyof typeof OPERATIONS;
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
};
