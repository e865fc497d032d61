import { findVersion, updateVersion } from "#db/queries/key-version.ts";
import {
  cancelJobs,
  deleteRecords,
  isSampleTenant,
  listLiveTokens,
  listVersionNumbers,
  lockKeys,
  markRemoved,
  markShredded,
} from "#db/queries/remove-tenant.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import type { EventDraft } from "#lib/domain/audit-catalogue.ts";
import { keyVersionTarget } from "#lib/domain/audit-catalogue.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { transition } from "#lib/domain/key-state.ts";
import type { Keeper } from "../keeper.ts";
import { keeperMeta } from "../keeper.ts";
import { revokeInTx } from "../tokens/revoke-in-tx.ts";
import type { Effect } from "./effect.ts";
import { sealVersion } from "./seal-version.ts";

const NOTHING = new Uint8Array();

/** Destroys one version: its wrapped KEK leaves the row. */
const destroyVersion = async (
  keeper: Keeper,
  tx: TenantTx,
  { keyId, number }: { keyId: string; number: number },
  req: string,
): Promise<EventDraft[]> => {
  const before = await findVersion(tx, keyId, number);
  if (!before) return [];
  const after = sealVersion(keeper, tx.tenantId, {
    ...before,
    state: transition(before.state, "destroyed"),
    current: false,
    blob: NOTHING,
    rev: before.rev + 1,
  });
  if (!(await updateVersion(tx, before, after, keeperMeta(keeper, req).actor)))
    throw new DomainError("CONFLICT", "A key of this tenant was changed meanwhile.");
  return [
    {
      action: "key_version.state_changed",
      target: keyVersionTarget(keyId, number),
      detail: { version: number, from: before.state, to: after.state, rev: after.rev },
    },
  ];
};

/**
 * Removes what a sample tenant holds: tokens, jobs, wrapped KEKs, records and DEKs. What says that it was there stays:
 * its row with the slug, its keys as destroyed, its log (`docs/decisions/0020-sample.md`).
 */
export const removeSampleTenant: Effect<"remove-sample-tenant"> =
  async ({ keeper, operation }) =>
  async (tx) => {
    const { tenantId, req } = operation;
    if (!(await isSampleTenant(tx)))
      throw new DomainError("INVALID_STATE", "This tenant is not of the sample. It is not removed.");
    const keys = await lockKeys(tx);
    const versions = await listVersionNumbers(tx);
    const events: EventDraft[] = [];
    for (const { id } of await listLiveTokens(tx)) events.push(...(await revokeInTx(keeper, tx, id)).events);
    for (const { id } of await cancelJobs(tx))
      events.push({ action: "rewrap.cancelled", target: { type: "rewrap_job", id }, detail: {} });
    for (const version of versions) events.push(...(await destroyVersion(keeper, tx, version, req)));
    await markShredded(tx);
    for (const { id, name } of keys) {
      const count = versions.filter(({ keyId }) => keyId === id).length;
      events.push({
        action: "key.removed",
        target: { type: "key", id },
        detail: { name, versions: count },
      });
    }
    const records = await deleteRecords(tx);
    await markRemoved(tx);
    return {
      outcome: { tenant: tenantId, records },
      events: [
        ...events,
        {
          action: "tenant.removed",
          target: { type: "tenant", id: tenantId },
          detail: { records, keys: keys.length },
        },
      ],
    };
  };
