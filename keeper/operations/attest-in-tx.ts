import { writeOffIssued } from "#db/queries/attest-wraps.ts";
import { lockVersion } from "#db/queries/retire.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import { checkAttestation } from "#lib/domain/attest-wraps.ts";
import type { Actor, EventDraft } from "#lib/domain/audit-catalogue.ts";
import { keyVersionTarget } from "#lib/domain/audit-catalogue.ts";
import { notFound } from "#lib/domain/errors.ts";
import type { KeyId } from "#lib/domain/ids.ts";
import { lockVersionToChange, versionChangedMeanwhile } from "./find-version-to-change.ts";

type Attestation = {
  keyId: KeyId;
  version: number;
  expectedRev: number;
  /** The wraps outside that were seen. */
  issued: number;
  reason?: string | undefined;
};

/**
 * Takes the wraps outside off a version's count, under its row's lock, as somebody's word that none is left. A rewrap
 * that moves the count at the same time is waited for, or waits.
 */
export const attestInTx = async (
  tx: TenantTx,
  { issued, reason, ...seen }: Attestation,
  actor: Actor,
): Promise<{ outcome: Record<string, unknown>; events: EventDraft[] }> => {
  const { version } = await lockVersionToChange(tx, seen);
  const { keyId, number } = version;
  const row = await lockVersion(tx, keyId, number);
  if (!row) throw notFound("version of the key");
  checkAttestation({ ...version, issued: row.issued }, issued);
  if (!(await writeOffIssued(tx, { keyId, number, issued }, actor))) throw versionChangedMeanwhile(version);
  return {
    outcome: { keyId, version: number, attested: issued },
    events: [
      {
        action: "key_version.wraps_attested",
        target: keyVersionTarget(keyId, number),
        detail: { version: number, count: issued, ...(reason !== undefined && { reason }) },
      },
    ],
  };
};
