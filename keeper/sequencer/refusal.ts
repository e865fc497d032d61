import { withOperator } from "#db/tenant-tx.ts";
import { originOf } from "#lib/audit/checkpoint.ts";
import { newId } from "#lib/domain/ids.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import type { Keeper } from "../keeper.ts";
import { keeperMeta } from "../keeper.ts";
import { EPOCH } from "./epoch.ts";

/** Why checkpoints are not signed, for the log, the event and the heartbeat, with a sentence for whoever is paged. */
const REASONS = {
  database_behind: "The database is behind the newest anchored checkpoint: it was rolled back or truncated.",
  root_mismatch: "The log's leaves do not have the root that was signed of them: they were changed.",
  head_mismatch: "The log's stored head is not that of its leaves.",
  checkpoint_invalid: "A stored checkpoint is not signed by the log's key.",
  anchor_invalid: "The anchor file holds what no keeper wrote there.",
  key_missing: "The log has a verifier key and checkpoints, and the database no signing key.",
  key_mismatch: "The signing key in the database is not the one whose verifier key stands beside the anchor.",
  key_unreadable: "The signing key cannot be opened with the keepers' keyring.",
} as const;
export type RefusalReason = keyof typeof REASONS;

/** The log must not be signed as it is. Only a person can say what happened to it. */
export class SigningRefused extends Error {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, options?: ErrorOptions) {
    super(REASONS[reason], options);
    this.name = "SigningRefused";
    this.reason = reason;
  }
}

/** Raises the alarm in the log of the process and, as far as it can still be written, in the audit log. */
export const reportRefusal = async (keeper: Keeper, refusal: SigningRefused): Promise<void> => {
  keeper.log.error({ err: refusal, reason: refusal.reason }, "checkpoints are no longer signed");
  const event = {
    action: "log.signing_refused" as const,
    target: { type: "log" as const, id: originOf(keeper.deploymentId, EPOCH) },
    outcome: "denied" as const,
    detail: { reason: refusal.reason },
  };
  await withOperator(keeper.sequencerDb, (tx) =>
    writeEvents(tx, keeperMeta(keeper, `req_${newId().replaceAll("-", "").slice(-16)}`), [event]),
  ).catch((err: unknown) => keeper.log.error({ err }, "the refusal to sign could not be logged as an event"));
};
