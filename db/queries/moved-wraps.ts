import type { TenantTx } from "#db/tenant-tx.ts";

/** DEKs that were moved away from one version of a key. */
export type MovedFrom = { number: number; dekIds: readonly string[] };

/**
 * Takes DEKs that a rewrap moved away off the counts of their versions: each once for all time, so that a wrap that is
 * sent again takes nothing off for another that is still out.
 *
 * Once a version was attested, what is counted left since then, and nothing tells whether the DEK at hand is of that: of a
 * version that is settled none is taken off any more.
 */
export const takeOffMoved = async (
  tx: TenantTx,
  keyId: string,
  from: readonly MovedFrom[],
): Promise<void> => {
  const dekIds = from.flatMap(({ dekIds }) => dekIds);
  const numbers = from.flatMap(({ number, dekIds }) => dekIds.map(() => number));
  // A DEK's row is written under its version's lock, and versions are locked in one order for all: two batches, of the
  // same DEKs too, never wait for each other in a circle. The state is read under that lock, not from before it.
  await tx.sql`
    WITH locked AS MATERIALIZED (
      SELECT number FROM key_version
      WHERE tenant_id = ${tx.tenantId} AND key_id = ${keyId} AND number = ANY(${from.map(({ number }) => number)}::int[])
        AND state <> 'destroyed' AND settled_at IS NULL
      ORDER BY number FOR NO KEY UPDATE
    ), moved AS (
      INSERT INTO moved_wrap (tenant_id, key_id, number, dek_id)
      SELECT ${tx.tenantId}::uuid, ${keyId}::uuid, l.number, d.id
      FROM unnest(${dekIds}::uuid[], ${numbers}::int[]) AS d(id, number) JOIN locked l ON l.number = d.number
      ORDER BY l.number, d.id
      ON CONFLICT DO NOTHING
      RETURNING number
    )
    UPDATE key_version v SET issued = greatest(0, v.issued - m.deks)
    FROM (SELECT number, count(*) AS deks FROM moved GROUP BY number) AS m
    WHERE v.tenant_id = ${tx.tenantId} AND v.key_id = ${keyId} AND v.number = m.number`;
};

/** From now on nothing is taken off a version's count, and no DEK is remembered as moved away from it. */
export const settleVersion = async (tx: TenantTx, keyId: string, number: number): Promise<void> => {
  await tx.sql`
    UPDATE key_version SET settled_at = clock_timestamp()
    WHERE tenant_id = ${tx.tenantId} AND key_id = ${keyId} AND number = ${number}`;
};

/** Forgets so many DEKs at most that were moved away from a version, and says how many it were. */
export const forgetMoved = async (
  tx: TenantTx,
  keyId: string,
  number: number,
  atMost: number,
): Promise<number> => {
  const { count } = await tx.sql`
    DELETE FROM moved_wrap WHERE ctid = ANY (ARRAY (
      SELECT ctid FROM moved_wrap
      WHERE tenant_id = ${tx.tenantId} AND key_id = ${keyId} AND number = ${number} LIMIT ${atMost}))`;
  return count;
};
