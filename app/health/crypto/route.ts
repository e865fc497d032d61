import type { CryptoHealth } from "#lib/domain/health.ts";
import { consoleDatabase } from "#lib/services/console-database.ts";
import { keeperStatus } from "#lib/services/keeper/keeper-status.ts";

const UNKNOWN: CryptoHealth = {
  status: "unhealthy",
  provider: "unknown",
  key_version: 0,
  dual_key_mode: false,
  checks: { key_valid: false, round_trip: false },
};

/** The keepers' crypto health as they last told it (claim D28): no heartbeat, no health. For load balancers, so without signing in. */
export const GET = async (): Promise<Response> => {
  const status = await keeperStatus(consoleDatabase()).catch(() => null);
  const known = status?.crypto ?? UNKNOWN;
  const health: CryptoHealth = status?.away === false ? known : { ...known, status: "unhealthy" };
  return Response.json(health, {
    status: health.status === "healthy" ? 200 : 503,
    headers: { "cache-control": "no-store" },
  });
};
