import type { TenantTx } from "#db/tenant-tx.ts";
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
 * Counts wraps that leave Keyfold on the versions they are made under, and takes those that a rewrap replaces off theirs.
 * A version counts only while it is active and its key enabled, in this statement: the fence, under the row's lock that
 * retiring a version takes too. What it did not return must not leave. A counter never falls below zero.
 */
export const countIssued = async (
  tx: TenantTx,
  issued: readonly VersionCount[],
  replaced: readonly VersionCount[] = [],
): Promise<IssuedVersion[]> => {
  const [to, from] = [columns(issued), columns(replaced)];
  // Rows are locked in one order for all: two batches over several keys never wait for each other in a circle.
  return tx.sql<IssuedVersion[]>`
    WITH change AS (
      SELECT key_id, number, sum(added) AS added, sum(removed) AS removed FROM (
        SELECT key_id, number, n AS added, 0 AS removed
        FROM unnest(${to.keys}::uuid[], ${to.numbers}::int[], ${to.counts}::bigint[]) AS i(key_id, number, n)
        UNION ALL
        SELECT key_id, number, 0, n
        FROM unnest(${from.keys}::uuid[], ${from.numbers}::int[], ${from.counts}::bigint[]) AS r(key_id, number, n)
      ) AS both_sides GROUP BY key_id, number
    ), locked AS MATERIALIZED (
      SELECT v.key_id, v.number, c.added, c.removed, v.cmk_id, v.state = 'active' AND k.status = 'enabled' AS usable
      FROM key_version v
      JOIN change c ON c.key_id = v.key_id AND c.number = v.number
      JOIN key k ON k.tenant_id = v.tenant_id AND k.id = v.key_id
      WHERE v.tenant_id = ${tx.tenantId}
      ORDER BY v.key_id, v.number FOR NO KEY UPDATE OF v
    ), target AS (
      SELECT * FROM locked WHERE added > 0 AND usable
    ), counted AS (
      UPDATE key_version v SET issued = greatest(0, v.issued - l.removed) + l.added
      FROM locked l
      WHERE v.tenant_id = ${tx.tenantId} AND v.key_id = l.key_id AND v.number = l.number
        AND (l.added = 0 OR l.usable) AND EXISTS (SELECT FROM target t WHERE t.key_id = l.key_id)
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
      WHERE v.tenant_id = ${tx.tenantId}
      ORDER BY v.key_id, v.number FOR NO KEY UPDATE OF v
    )
    UPDATE key_version v SET issued = greatest(0, v.issued - b.n)
    FROM back b WHERE v.tenant_id = ${tx.tenantId} AND v.key_id = b.key_id AND v.number = b.number
      AND NOT EXISTS (SELECT FROM key_version_attestation a WHERE a.tenant_id = v.tenant_id AND a.key_id = v.key_id
                      AND a.number = v.number AND a.at > ${countedAt}::timestamptz)`;
};
