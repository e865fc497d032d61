import type { AccessWindowRow } from "#db/queries/sequencer-windows.ts";
import { takeAccessWindows } from "#db/queries/sequencer-windows.ts";
import type { OperatorTx } from "#db/tenant-tx.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { partsOfWindow } from "#lib/domain/access-outcome.ts";
import { ACTIONS, type Detail, type Target } from "#lib/domain/audit-catalogue.ts";
import { newId } from "#lib/domain/ids.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import type { Keeper } from "../keeper.ts";

/** A window that is open for so long was never closed: its keeper died, and what it counted last is not known. */
const WINDOW_SECONDS_MAX = 60;
const BATCH_WINDOWS = 500;
/** A newer keeper beside this one may count a verb that this one cannot tell of: its windows wait for it. */
const VERBS = ACTIONS["data.access"].shape.verb.options;

/** A rewrap of DEKs that an application keeps is of no collection that we could know. */
const targetOf = ({ collection, tenantId }: AccessWindowRow): Target =>
  collection === "" ? { type: "tenant", id: tenantId } : { type: "collection", id: collection };

/** One event for what was answered, one for what was refused, one for what failed. */
const writeWindow = (tx: OperatorTx, req: string, window: AccessWindowRow): Promise<string[]> => {
  const events = partsOfWindow(window).map(({ outcome, count, failed, codes }) => ({
    action: "data.access" as const,
    target: targetOf(window),
    outcome,
    detail: {
      token: window.tokenId,
      // The catalogue's check of the verb is what an entry has to pass anyway.
      verb: window.verb as Detail<"data.access">["verb"],
      collection: window.collection,
      key_version: window.keyVersion,
      count,
      failed,
      ...(codes.length > 0 && { codes }),
      from: window.from,
      ...(window.recordId !== null && { record: window.recordId }),
      ...(window.incomplete && { incomplete: true }),
    },
  }));
  const actor = { type: "token" as const, id: window.tokenId };
  return writeEvents(tx, { source: "keeper", actor, req: window.req ?? req }, events, window.tenantId);
};

/**
 * Turns access windows that are over into `data.access` events, each row and its events in one transaction.
 * Returns whether there may be more.
 */
export const closeAccessWindows = (keeper: Pick<Keeper, "sequencerDb">): Promise<boolean> =>
  withOperator(keeper.sequencerDb, async (tx) => {
    const windows = await takeAccessWindows(tx, WINDOW_SECONDS_MAX, BATCH_WINDOWS, VERBS);
    const req = `req_${newId().replaceAll("-", "").slice(-16)}`;
    await Promise.all(windows.map((window) => writeWindow(tx, req, window)));
    return windows.length === BATCH_WINDOWS;
  });
