import { countVersionDeks } from "#db/queries/retire.ts";
import { withTenant } from "#db/tenant-tx.ts";
import type { KeyState } from "#lib/domain/key-state.ts";
import type { Hold } from "#lib/domain/retire-gate.ts";
import { findTenant } from "#lib/services/find-tenant.ts";
import { findStandingAsSeen } from "#lib/services/keys/find-version-as-seen.ts";
import type { Keeper } from "../keeper.ts";
import { findHolds } from "../operations/find-holds.ts";
import type { AdminCaller } from "../tokens/caller.ts";
import { adminContext } from "./job-scope.ts";

/** What still holds a version of a key of a tenant, as retiring it would find it. Nothing holds one that is destroyed. */
export const findRetireHolds = async (
  keeper: Keeper,
  caller: AdminCaller,
  { tenant, ...named }: { tenant: string; key: string; version: number },
  req: string,
): Promise<{ key_id: string; key_version: number; state: KeyState; holds: Hold[] }> => {
  const { id } = await findTenant(adminContext(keeper, caller, req), tenant);
  return withTenant(keeper.db, id, async (tx) => {
    const { seen, standing } = await findStandingAsSeen(tx, named);
    const about = { key_id: seen.keyId, key_version: seen.version, state: standing.state };
    if (standing.state === "destroyed") return { ...about, holds: [] };
    const deks = await countVersionDeks(tx, seen.keyId, seen.version);
    const emptySince = standing.emptySince?.toISOString() ?? null;
    const holds = await findHolds(keeper, tx, { keyId: seen.keyId, ...standing, emptySince, deks });
    return { ...about, holds };
  });
};
