import { findCompromisedReads } from "#db/queries/tenant.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { createEventLimit } from "#lib/domain/event-limit.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import type { Keeper } from "../keeper.ts";
import type { Caller } from "../tokens/caller.ts";
import { WINDOW_MS } from "./access-log.ts";

const limit = createEventLimit({ perSecond: 1 });

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
  await withTenant(keeper.db, tenantId, async (tx) => {
    if (!(await findCompromisedReads(tx))) {
      throw new DomainError(
        "INVALID_STATE",
        `Version ${read.version} of the key ${read.key} is compromised, and this tenant allows no reads under it. A re-encrypt moves its data.`,
      );
    }
    const place = [tokenId, read.keyId, read.version, read.collection].join(" ");
    const { write, suppressed } = limit(place, Date.now() / (WINDOW_MS / 1000));
    if (!write) return;
    const event = {
      action: "data.compromised_access" as const,
      target: { type: "key_version" as const, id: `${read.keyId}/${read.version}` },
      detail: {
        token: tokenId,
        collection: read.collection,
        key_version: read.version,
        count: suppressed + 1,
      },
    };
    const actor = { type: "token" as const, id: tokenId };
    await writeEvents(tx, { source: "keeper", actor, req }, [event]);
  });
};
