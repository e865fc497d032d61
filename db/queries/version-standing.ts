import type { TenantTx } from "#db/tenant-tx.ts";
import type { KeyState, KeyStatus } from "#lib/domain/key-state.ts";

/** A version as it stands now, with its key's name and status. */
export type StandingRow = {
  keyId: string;
  key: string;
  keyStatus: KeyStatus;
  keyVersion: number;
  keyState: KeyState;
};

/** Those of the named versions that the tenant has. Numbers come from outside and may be any that four bytes hold. */
export const findStandings = async (
  tx: TenantTx,
  versions: readonly { keyId: string; keyVersion: number }[],
): Promise<StandingRow[]> => tx.sql<StandingRow[]>`
    SELECT v.key_id AS "keyId", k.name AS key, k.status AS "keyStatus", v.number AS "keyVersion", v.state AS "keyState"
    FROM key_version v
    JOIN key k ON k.tenant_id = v.tenant_id AND k.id = v.key_id
    JOIN unnest(${versions.map(({ keyId }) => keyId)}::uuid[], ${versions.map(({ keyVersion }) => keyVersion)}::bigint[])
      AS w(key_id, number) ON w.key_id = v.key_id AND w.number = v.number
    WHERE v.tenant_id = ${tx.tenantId}`;
