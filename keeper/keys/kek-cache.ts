import type { SealedVersion } from "#db/queries/key-version.ts";
import {
  findCurrentVersion,
  findVersion,
  reserveWraps,
  WRAP_BLOCK,
  WRAPS_WORN,
} from "#db/queries/key-version.ts";
import { withTenant } from "#db/tenant-tx.ts";
import type { Kek } from "#lib/crypto/kek.ts";
import { KEK_CACHE_SECONDS } from "#lib/domain/cache-bound.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { mayUnwrap } from "#lib/domain/key-state.ts";
import type { Keeper } from "../keeper.ts";
import { openVersion } from "./open-version.ts";
import { rotateWornVersion } from "./rotate-worn-version.ts";
import { createWrapAllowance } from "./wrap-allowance.ts";

const ENTRIES_MAX = 10_000;

/** A KEK in use, and the key's immutable name that is bound into its wraps. */
export type OpenKek = { kek: Kek; purpose: string };

export type KekCache = {
  /** The current version of a key, with `count` wraps taken from a block that this keeper has reserved. */
  forWrap(tenantId: TenantId, name: string, count: number, req: string): Promise<OpenKek>;
  /** One version of a key, for unwrapping. */
  forUnwrap(tenantId: TenantId, keyId: string, number: number, req: string): Promise<OpenKek>;
  /** The same cache where the KMS must not be waited for, as in a transaction that holds rows: `NotHeld` on a miss. */
  held: Pick<KekCache, "forWrap" | "forUnwrap">;
  /** Forgets what is known of a tenant's keys: after the fence refused a write, a suspension, a compromise. */
  drop(tenantId: TenantId): void;
};

/** A KEK that would have to be opened by its KMS first. */
export class NotHeld extends Error {
  constructor() {
    super("The KEK is not in the cache.");
  }
}

type Entry = OpenKek;

const refuseStatus = (version: Pick<SealedVersion, "status" | "name">): void => {
  if (version.status === "suspended")
    throw new DomainError("KEY_SUSPENDED", `The key ${version.name} is suspended.`);
  if (version.status !== "enabled")
    throw new DomainError("KEY_SHREDDED", `The key ${version.name} has been shredded.`);
};

const missing = (name: string): DomainError =>
  new DomainError(
    "KEY_MISSING",
    `The tenant has no key named ${name}. Make it with: npx keyfold key create ${name} --tenant <slug>`,
  );

/** The KEKs of one keeper: opened once, used for at most `KEK_CACHE_SECONDS`. DEKs are never kept. */
export const createKekCache = (keeper: () => Keeper): KekCache => {
  const entries = new Map<string, { entry: Promise<Entry>; expires: number }>();

  const cached = (cacheKey: string, load: (() => Promise<Entry>) | null): Promise<Entry> => {
    const hit = entries.get(cacheKey);
    if (hit && hit.expires > performance.now()) return hit.entry;
    if (load === null) return Promise.reject(new NotHeld());
    const entry = load();
    entries.delete(cacheKey);
    entries.set(cacheKey, { entry, expires: performance.now() + KEK_CACHE_SECONDS * 1000 });
    for (const oldest of entries.keys()) {
      if (entries.size <= ENTRIES_MAX) break;
      entries.delete(oldest);
    }
    entry.catch(() => {
      if (entries.get(cacheKey)?.entry === entry) entries.delete(cacheKey);
    });
    return entry;
  };

  const open = async (tenantId: TenantId, version: SealedVersion, req: string): Promise<Entry> => {
    refuseStatus(version);
    if (!mayUnwrap(version.state)) {
      throw new DomainError(
        "VERSION_RETIRED",
        `Version ${version.number} of the key ${version.name} can no longer open anything.`,
      );
    }
    return { kek: await openVersion(keeper(), tenantId, version, req), purpose: version.name };
  };

  const allowance = createWrapAllowance();
  const worn = new Set<string>();

  const reserve = async (tenantId: TenantId, { kek }: Entry, req: string): Promise<boolean> => {
    const { keyId, version } = kek;
    const reserved = await withTenant(keeper().db, tenantId, (tx) => reserveWraps(tx, keyId, version));
    if (reserved === null) return false;
    allowance.add(keyId, version, WRAP_BLOCK);
    const id = `${keyId}/${version}`;
    if (reserved >= WRAPS_WORN && !worn.has(id)) {
      worn.add(id);
      await rotateWornVersion(keeper(), tenantId, { keyId, version }, req);
    }
    return true;
  };

  const drop = (tenantId: TenantId): void => {
    for (const cacheKey of entries.keys()) if (cacheKey.startsWith(tenantId)) entries.delete(cacheKey);
  };

  const loadCurrent = (tenantId: TenantId, name: string, req: string) => async () => {
    const version = await withTenant(keeper().db, tenantId, (tx) => findCurrentVersion(tx, name));
    if (!version) throw missing(name);
    return open(tenantId, version, req);
  };

  const loadVersion = (tenantId: TenantId, keyId: string, number: number, req: string) => async () => {
    const version = await withTenant(keeper().db, tenantId, (tx) => findVersion(tx, keyId, number));
    if (!version) throw new DomainError("VERSION_RETIRED", `Version ${number} of the key is not there.`);
    return open(tenantId, version, req);
  };

  const lookUp = (mayOpen: boolean): KekCache["held"] => ({
    forWrap: async (tenantId, name, count, req) => {
      for (let attempt = 0; attempt < 2; attempt += 1) {
        const load = mayOpen ? loadCurrent(tenantId, name, req) : null;
        const entry = await cached(`${tenantId}:current:${name}`, load);
        // Taken before the wait, so that two requests never count on the same wrap.
        if (allowance.take(entry.kek.keyId, entry.kek.version, count)) return entry;
        if (await reserve(tenantId, entry, req)) return entry;
        drop(tenantId);
      }
      throw new DomainError(
        "CONFLICT",
        `The key ${name} was rotated meanwhile, or its version is used up: rotate it and try again.`,
      );
    },
    forUnwrap: (tenantId, keyId, number, req) =>
      cached(`${tenantId}:${keyId}:${number}`, mayOpen ? loadVersion(tenantId, keyId, number, req) : null),
  });

  return { ...lookUp(true), held: lookUp(false), drop };
};
