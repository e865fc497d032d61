import type { Statement, TenantTx } from "#db/tenant-tx.ts";
import type { RecordName } from "./record.ts";

/** So many DEKs on one version of a key. */
export type VersionCount = { keyId: string; number: number; count: number };
/** A version under which wraps may leave, and the CMK behind it. */
export type IssuedVersion = { keyId: string; number: number; cmkId: string };

const columns = (counts: readonly VersionCount[]) => ({
  keys: counts.map(({ keyId }) => keyId),
  numbers: counts.map(({ number }) => number),
  counts: counts.map(({ count }) => count),
});

/**
 * Counts wraps that leave Keyfold on the versions they are made under. A version counts only while it is active and its key
 * enabled, in this statement: the fence, under the row's lock that retiring a version takes too. What it did not return
 * must not leave.
 */
export const countIssued = (tx: TenantTx, issued: readonly VersionCount[]): Statement<IssuedVersion> => {
  const { keys, numbers, counts } = columns(issued);
  // Rows are locked in one order for all: two batches over several keys never wait for each other in a circle.
  return tx.sql<IssuedVersion[]>`
    WITH target AS MATERIALIZED (
      SELECT v.key_id, v.number, v.cmk_id, i.n
      FROM (
        SELECT key_id, number, sum(n) AS n
        FROM unnest(${keys}::uuid[], ${numbers}::int[], ${counts}::bigint[]) AS given(key_id, number, n)
        GROUP BY key_id, number
      ) AS i
      JOIN key_version v ON v.key_id = i.key_id AND v.number = i.number
      JOIN key k ON k.tenant_id = v.tenant_id AND k.id = v.key_id
      WHERE v.tenant_id = ${tx.tenantId} AND v.state = 'active' AND k.status = 'enabled'
      ORDER BY v.key_id, v.number FOR NO KEY UPDATE OF v
    ), counted AS (
      UPDATE key_version v SET issued = v.issued + t.n
      FROM target t WHERE v.tenant_id = ${tx.tenantId} AND v.key_id = t.key_id AND v.number = t.number
    )
    SELECT key_id AS "keyId", number, cmk_id AS "cmkId" FROM target`;
};

/**
 * Counts the wrap of a record's DEK as one that leaves, on the version that it stands under, and returns that version.
 * One that is active no more counts too, but none that was destroyed, under the lock that retiring takes. Null when there
 * is no such version, record or DEK.
 */
export const countExported = async (
  tx: TenantTx,
  name: RecordName,
): Promise<Pick<VersionCount, "keyId" | "number"> | null> => {
  const [counted] = await tx.sql<{ keyId: string; number: number }[]>`
    UPDATE key_version v SET issued = v.issued + 1
    FROM record r JOIN dek d ON d.tenant_id = r.tenant_id AND d.key_id = r.key_id AND d.record_id = r.id
    WHERE r.tenant_id = ${tx.tenantId} AND r.collection = ${name.collection} AND r.record = ${name.record}
      AND v.tenant_id = d.tenant_id AND v.key_id = d.key_id AND v.number = d.key_version AND v.state <> 'destroyed'
    RETURNING v.key_id AS "keyId", v.number`;
  return counted ?? null;
};

/**
 * Takes wraps that were counted at an instant and did not leave off their versions again. Whoever attested since then has
 * taken them off already, with all others: what is counted by now left later.
 */
export const takeBackIssued = async (
  tx: TenantTx,
  counts: readonly VersionCount[],
  countedAt: string,
): Promise<void> => {
  const { keys, numbers, counts: of } = columns(counts);
  await tx.sql`
    WITH back AS (
      SELECT v.key_id, v.number, b.n
      FROM key_version v
      JOIN unnest(${keys}::uuid[], ${numbers}::int[], ${of}::bigint[]) AS b(key_id, number, n)
        ON v.key_id = b.key_id AND v.number = b.number
      WHERE v.tenant_id = ${tx.tenantId} AND coalesce(v.settled_at < ${countedAt}::timestamptz, true)
      ORDER BY v.key_id, v.number FOR NO KEY UPDATE OF v
    )
    UPDATE key_version v SET issued = greatest(0, v.issued - b.n)
    FROM back b WHERE v.tenant_id = ${tx.tenantId} AND v.key_id = b.key_id AND v.number = b.number`;
};
