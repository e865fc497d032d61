import { z } from "./zod.ts";

declare const brand: unique symbol;
export type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** Lower-case hyphenated UUIDs. A brand per thing, so that one id cannot stand for another. */
export type TenantId = Branded<string, "TenantId">;
export type DeploymentId = Branded<string, "DeploymentId">;
/** Whose a connection is: a tenant's, or the platform's own, which goes by the deployment's id. */
export type OwnerId = TenantId | DeploymentId;
export type KeyId = Branded<string, "KeyId">;
export type CmkId = Branded<string, "CmkId">;
export type OperationId = Branded<string, "OperationId">;
export type JobId = Branded<string, "JobId">;
export type TokenId = Branded<string, "TokenId">;
export type PersonId = Branded<string, "PersonId">;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const isUuid = (text: string): boolean => UUID.test(text);

export const uuid = <T extends Branded<string, string> = never>() =>
  z
    .string()
    .regex(UUID, "must be a lower-case UUID")
    .transform((text) => text as unknown as T);

/**
 * A UUIDv7 (RFC 9562 section 5.7): 48 bits of Unix milliseconds, then random bits.
 * Ids made this way arrive in index order; they are names, never secrets.
 */
export const newId = <T extends string = string>(now: number = Date.now()): T => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(now / 2 ** 32));
  view.setUint32(2, now >>> 0);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return uuidFromBytes(bytes) as T;
};

/** 16 bytes as lower-case hyphenated text. */
export const uuidFromBytes = (bytes: Uint8Array): string => {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

/** The 16 bytes of a UUID in text. */
export const uuidToBytes = (text: string): Uint8Array => {
  const hex = text.replaceAll("-", "");
  return Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16));
};

export const SLUG_MAX = 63;
/** A tenant's or key's name: lower-case letters, digits, `-` and `_`; starts with a letter or digit. */
export const slug = z
  .string()
  .min(2, "needs at least 2 characters")
  .max(SLUG_MAX, `has at most ${SLUG_MAX} characters`)
  .regex(
    /^[a-z0-9][a-z0-9_-]*$/,
    "may hold lower-case letters, digits, - and _ and starts with a letter or digit",
  );
