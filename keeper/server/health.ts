import { timingSafeEqual } from "node:crypto";
import { kekPairs } from "#lib/crypto/kek-payload.ts";
import { takeRandom } from "#lib/crypto/random.ts";
import type { CryptoHealth } from "#lib/domain/health.ts";
import { withDeadline } from "#lib/kms/deadline.ts";
import type { KmsAdapter } from "#lib/kms/port.ts";
import { PROVIDER_NAMES } from "#lib/kms/settings/provider-name.ts";
import type { Keeper } from "../keeper.ts";

type Parts = Pick<Keeper, "platform" | "kms" | "deploymentId" | "log" | "roots">;

const CACHE_MS = 4_000;
/** A provider counts, and bills, every question; trouble is looked at as often as with a key of our own. */
const REMOTE_CACHE_MS = 30_000;
const CALL_MS = 3_000;
const PAYLOAD_BYTES = 64;

/** Wraps random bytes under the platform CMK, unwraps them and compares: the calls that every KEK goes through. */
export const roundTrip = async (
  { platform, deploymentId }: Pick<Parts, "platform" | "deploymentId">,
  adapter: KmsAdapter,
): Promise<boolean> => {
  const payload = takeRandom(PAYLOAD_BYTES);
  const pairs = kekPairs({ tenant: deploymentId, key: platform.id, purpose: "health", version: 1 });
  const options = { timeoutMs: CALL_MS };
  const { blob, cmkVersion } = await withDeadline(options, (signal) =>
    adapter.wrap(payload, pairs, { signal }),
  );
  const opened = await withDeadline(options, (signal) => adapter.unwrap(blob, cmkVersion, pairs, { signal }));
  return opened.length === payload.length && timingSafeEqual(opened, payload);
};

const keyValid = async (adapter: KmsAdapter): Promise<boolean> => {
  const { health } = await withDeadline({ timeoutMs: CALL_MS }, (signal) => adapter.describe({ signal }));
  return health === "enabled";
};

const check = async (keeper: Parts): Promise<CryptoHealth> => {
  const { platform, log } = keeper;
  const no = (err: unknown): false => {
    log.warn({ err, cmkId: platform.id }, "the platform key does not answer as it should");
    return false;
  };
  const attempt = async (of: (adapter: KmsAdapter) => Promise<boolean>): Promise<boolean> => {
    try {
      return await of(keeper.kms(platform.id));
    } catch (err) {
      return no(err);
    }
  };
  const [key_valid, round_trip] = await Promise.all([
    attempt(keyValid),
    attempt((adapter) => roundTrip(keeper, adapter)),
  ]);
  return {
    status: key_valid && round_trip ? "healthy" : "unhealthy",
    provider: PROVIDER_NAMES[platform.provider],
    key_version: platform.number,
    dual_key_mode: keeper.roots.dual,
    checks: { key_valid, round_trip },
  };
};

type Known = { until: number; health: Promise<CryptoHealth> };
const cache = new WeakMap<Parts, Known>();

/** How the platform key is, found out by a real round trip, at most once in a few seconds however often it is asked. */
export const cryptoHealth = (keeper: Parts): Promise<CryptoHealth> => {
  const held = cache.get(keeper);
  if (held && performance.now() < held.until) return held.health;
  const known: Known = { until: performance.now() + CACHE_MS, health: check(keeper) };
  cache.set(keeper, known);
  if (keeper.platform.provider !== "local") {
    void known.health.then(({ status }) => {
      if (status === "healthy") known.until += REMOTE_CACHE_MS - CACHE_MS;
    });
  }
  return known.health;
};
