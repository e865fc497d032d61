import { findCompromisedReads } from "#db/queries/tenant.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import type { Keeper } from "../keeper.ts";
import type { Caller } from "../tokens/caller.ts";
import { WINDOW_MS } from "./access-log.ts";

const PLACES_MAX = 10_000;
/** The window in which each place was told of last, and the requests since. */
const told = new Map<string, { window: number; since: number }>();

/** What is about to be opened under a compromised version. */
export type CompromisedRead = { keyId: string; key: string; version: number; collection: string };

/**
 * Lets a read under a compromised version through if the tenant's policy does, and logs it before it is answered: one
 * event for each token, collection and version in ten seconds, with the count of those since the one before. The exact
 * counts stand in the `data.access` of that version as for any other.
 *
 * @throws `INVALID_STATE` when the policy does not allow it
 */
export const admitCompromisedRead = async (
  keeper: Pick<Keeper, "db">,
  caller: Caller,
  read: CompromisedRead,
  req: string,
): Promise<void> => {
  const { tenantId, tokenId } = caller;
  const place = [tokenId, read.keyId, read.version, read.collection].join(" ");
  const window = Math.floor(Date.now() / WINDOW_MS);
  const last = told.get(place);
  await withTenant(keeper.db, tenantId, async (tx) => {
    if (!(await findCompromisedReads(tx))) {
      throw new DomainError(
        "INVALID_STATE",
        `Version ${read.version} of the key ${read.key} is compromised, and this tenant allows no reads under it. A re-encrypt moves its data.`,
      );
    }
    if (last?.window === window) return;
    const event = {
      action: "data.compromised_access" as const,
      target: { type: "key_version" as const, id: `${read.keyId}/${read.version}` },
      detail: {
        token: tokenId,
        collection: read.collection,
        key_version: read.version,
        count: (last?.since ?? 0) + 1,
      },
    };
    const actor = { type: "token" as const, id: tokenId };
    await writeEvents(tx, { source: "keeper", actor, req }, [event]);
  });
  // Only now is it told: had the event not been written, the next read would have to write it.
  if (last?.window === window) last.since += 1;
  else {
    if (told.size >= PLACES_MAX) told.clear();
    told.set(place, { window, since: 0 });
  }
};
