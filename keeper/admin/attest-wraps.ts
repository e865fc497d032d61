import { withTenant } from "#db/tenant-tx.ts";
import type { KeyState } from "#lib/domain/key-state.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import { findStandingAsSeen } from "#lib/services/keys/find-version-as-seen.ts";
import type { Keeper } from "../keeper.ts";
import { attestInTx } from "../operations/attest-in-tx.ts";
import { findVersionToChange } from "../operations/find-version-to-change.ts";
import type { Caller } from "../tokens/caller.ts";

/** A version of a key, by the key's name. */
type Named = { key: string; version: number };

/** How many wraps are outside under a version, for whoever is about to say that none is left. */
export const findIssued = async (
  keeper: Keeper,
  { tenantId }: Caller,
  named: Named,
): Promise<{ key_id: string; key_version: number; state: KeyState; issued: number }> => {
  const { seen, standing } = await withTenant(keeper.db, tenantId, (tx) => findStandingAsSeen(tx, named));
  const { state, issued } = standing;
  return { key_id: seen.keyId, key_version: seen.version, state, issued };
};

/**
 * Writes off the wraps outside under a version, on the word of an application's token, at once: nothing of it needs a
 * provider, and the application waits for the answer.
 */
export const attestWraps = async (
  keeper: Keeper,
  { tenantId, tokenId }: Caller,
  { issued, reason, ...named }: Named & { issued: number; reason?: string | undefined },
  req: string,
): Promise<{ key_id: string; key_version: number; attested: number }> => {
  const actor = { type: "token" as const, id: tokenId };
  const { seen } = await withTenant(keeper.db, tenantId, (tx) => findStandingAsSeen(tx, named));
  await findVersionToChange(keeper, { tenantId, req }, seen);
  await withTenant(keeper.db, tenantId, async (tx) => {
    const { events } = await attestInTx(tx, { ...seen, issued, reason }, actor);
    await writeEvents(tx, { source: "keeper", actor, req }, events);
  });
  return { key_id: seen.keyId, key_version: seen.version, attested: issued };
};
