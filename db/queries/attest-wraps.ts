import { and, asc, eq } from "drizzle-orm";
import { keyVersionAttestation } from "#db/schema/key.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import type { Actor } from "#lib/domain/audit-catalogue.ts";

/** Takes all that is counted off a version, if it is still that many, and keeps who said so. False when it is not. */
export const writeOffIssued = async (
  tx: TenantTx,
  { keyId, number, issued }: { keyId: string; number: number; issued: number },
  actor: Actor,
): Promise<boolean> => {
  const written = await tx.sql`
    WITH written AS (
      UPDATE key_version SET issued = 0, settled_at = clock_timestamp()
      WHERE tenant_id = ${tx.tenantId} AND key_id = ${keyId} AND number = ${number} AND issued = ${issued}
        AND state IN ('deactivated', 'compromised') AND NOT current
      RETURNING tenant_id, key_id, number
    )
    INSERT INTO key_version_attestation (tenant_id, key_id, number, wraps, actor_type, actor_id)
    SELECT tenant_id, key_id, number, ${issued}, ${actor.type}, ${actor.id} FROM written`;
  return written.count === 1;
};

export type AttestationRow = { at: Date; wraps: number; actorType: string; actorId: string };

/** What was attested of a version, the oldest first. */
export const listAttestations = (tx: TenantTx, keyId: string, number: number): Promise<AttestationRow[]> =>
  tx.db
    .select({
      at: keyVersionAttestation.at,
      wraps: keyVersionAttestation.wraps,
      actorType: keyVersionAttestation.actorType,
      actorId: keyVersionAttestation.actorId,
    })
    .from(keyVersionAttestation)
    .where(
      and(
        eq(keyVersionAttestation.tenantId, tx.tenantId),
        eq(keyVersionAttestation.keyId, keyId),
        eq(keyVersionAttestation.number, number),
      ),
    )
    .orderBy(asc(keyVersionAttestation.at));
