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
import { findStandings } from "#db/queries/version-standing.ts";
import { KEK_CACHE_SECONDS, STANDING_SECONDS } from "#lib/domain/cache-bound.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import type { KeyState } from "#lib/domain/key-state.ts";
import { mayWrap } from "#lib/domain/key-state.ts";
import type { Keeper } from "../keeper.ts";
import { kekLookups } from "../metrics/metrics.ts";
import { refuseKey, refuseVersion } from "../records/refuse-unusable.ts";
import { openVersion } from "./open-version.ts";
import { rotateWornVersion } from "./rotate-worn-version.ts";
import { createWrapAllowance } from "./wrap-allowance.ts";

const ENTRIES_MAX = 10_000;

/**
 * A KEK in use, the key's immutable name that is bound into its wraps, and the state of its version. Reads under a
 * compromised one have to be let through first (`admitCompromisedRead`).
 */
export type OpenKek = { kek: Kek; purpose: string; state: KeyState };

export type KekCache = {
  /** The current version of a key, with `count` wraps taken from a block that this keeper has reserved. */
  forWrap(tenantId: TenantId, name: string, count: number, req: string): Promise<OpenKek>;
  /** One version of a key, for unwrapping. Whether it may is asked anew every `STANDING_SECONDS`. */
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
type Cached = { entry: Promise<Entry>; expires: number; standing: number };

const versionGone = (number: number): DomainError =>
  new DomainError("VERSION_RETIRED", `Version ${number} of the key is not there.`);

const notWritable = ({ name, number, state }: SealedVersion): DomainError =>
  new DomainError(
    "INVALID_STATE",
    `The key ${name} takes no writes: its version ${number} is ${state}. A rotation makes the next one.`,
  );

const missing = (name: string): DomainError =>
  new DomainError(
    "KEY_MISSING",
    `The tenant has no key named ${name}. Make it with: npx keyfold key create ${name} --tenant <slug>`,
  );

/** The KEKs of one keeper: opened once, used for at most `KEK_CACHE_SECONDS`. DEKs are never kept. */
export const createKekCache = (keeper: () => Keeper): KekCache => {
  const entries = new Map<string, Cached>();

  const hold = (cacheKey: string, entry: Promise<Entry>, expires: number): Promise<Entry> => {
    entries.delete(cacheKey);
    entries.set(cacheKey, { entry, expires, standing: performance.now() + STANDING_SECONDS * 1000 });
    for (const oldest of entries.keys()) {
      if (entries.size <= ENTRIES_MAX) break;
      entries.delete(oldest);
    }
    entry.catch(() => {
      if (entries.get(cacheKey)?.entry === entry) entries.delete(cacheKey);
    });
    return entry;
  };

  const cached = (
    cacheKey: string,
    load: (() => Promise<Entry>) | null,
    lookAgain?: (known: Entry) => Promise<Entry>,
  ): Promise<Entry> => {
    const hit = entries.get(cacheKey);
    const now = performance.now();
    const held = hit && hit.expires > now;
    if (load !== null) kekLookups.inc({ result: held ? "hit" : "miss" });
    if (held) {
      if (load === null || !lookAgain || hit.standing > now) return hit.entry;
      // What is found stands in the place of the entry: those who come meanwhile wait for the one answer.
      return hold(cacheKey, hit.entry.then(lookAgain), hit.expires);
    }
    if (load === null) return Promise.reject(new NotHeld());
    return hold(cacheKey, load(), now + KEK_CACHE_SECONDS * 1000);
  };

  const open = async (tenantId: TenantId, version: SealedVersion, req: string): Promise<Entry> => {
    const { name, status, number, state } = version;
    refuseKey({ key: name, keyStatus: status });
    refuseVersion({ key: name, keyStatus: status, keyVersion: number, keyState: state });
    const kek = await openVersion(keeper(), tenantId, version, req);
    return { kek, purpose: name, state };
  };

  const lookAgain =
    (tenantId: TenantId) =>
    async (known: Entry): Promise<Entry> => {
      const { keyId, version: keyVersion } = known.kek;
      const [standing] = await withTenant(keeper().db, tenantId, (tx) =>
        findStandings(tx, [{ keyId, keyVersion }]),
      );
      if (!standing) throw versionGone(keyVersion);
      refuseKey(standing);
      refuseVersion(standing);
      return { ...known, state: standing.keyState };
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
    refuseKey({ key: version.name, keyStatus: version.status });
    if (!mayWrap(version.state)) throw notWritable(version);
    return open(tenantId, version, req);
  };

  const loadVersion = (tenantId: TenantId, keyId: string, number: number, req: string) => async () => {
    const version = await withTenant(keeper().db, tenantId, (tx) => findVersion(tx, keyId, number));
    if (!version) throw versionGone(number);
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
      cached(
        `${tenantId}:${keyId}:${number}`,
        mayOpen ? loadVersion(tenantId, keyId, number, req) : null,
        lookAgain(tenantId),
      ),
  });

  return { ...lookUp(true), held: lookUp(false), drop };
};
