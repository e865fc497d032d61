import type { TenantTx } from "#db/tenant-tx.ts";

/** What of a version's row holds it. */
export type VersionHold = { rev: number; issued: number; emptySince: string | null };

const instant = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"';

/** Locks a version's row against everybody, until the transaction ends, and tells what of it holds the version. */
export const lockVersion = async (
  tx: TenantTx,
  keyId: string,
  number: number,
): Promise<VersionHold | null> => {
  const [row] = await tx.sql<{ rev: number; issued: string; emptySince: string | null }[]>`
    SELECT rev, issued, to_char(empty_since AT TIME ZONE 'UTC', ${instant}) AS "emptySince" FROM key_version
    WHERE tenant_id = ${tx.tenantId} AND key_id = ${keyId} AND number = ${number} FOR UPDATE`;
  return row ? { ...row, issued: Number(row.issued) } : null;
};

/** How many DEKs stand under one version, counted now. */
export const countVersionDeks = async (tx: TenantTx, keyId: string, number: number): Promise<number> => {
  // A count over a hundred million rows takes longer than a request may.
  await tx.sql`SELECT set_config('statement_timeout', '0', true)`;
  const [row] = await tx.sql<{ n: string }[]>`
    SELECT count(*) AS n FROM dek
    WHERE tenant_id = ${tx.tenantId} AND key_id = ${keyId} AND key_version = ${number}`;
  return Number(row?.n);
};

/**
 * The id that the next transaction would be given. Drawn when a version is active no more, it lies above that of every
 * transaction that may still write under it: a writer takes its id before it looks at the version (`takeTransactionId`).
 */
export const drawBarrier = async (tx: TenantTx): Promise<string> => {
  const [row] = await tx.sql<{ barrier: string }[]>`
    SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS barrier`;
  return row?.barrier ?? "";
};

/** Has every transaction below the barrier ended? */
export const isPast = async (tx: TenantTx, barrier: string): Promise<boolean> => {
  const [row] = await tx.sql<{ past: boolean }[]>`
    SELECT pg_snapshot_xmin(pg_current_snapshot()) >= ${barrier}::xid8 AS past`;
  return row?.past ?? false;
};

/** Remembers from when on a version was known to be empty. Its first such instant stays. */
export const noteEmpty = async (tx: TenantTx, keyId: string, number: number): Promise<void> => {
  await tx.sql`
    UPDATE key_version SET empty_since = now()
    WHERE tenant_id = ${tx.tenantId} AND key_id = ${keyId} AND number = ${number}
      AND state <> 'active' AND empty_since IS NULL`;
};

/** The same for every version behind the one that a job has moved all DEKs to. */
export const noteAllMoved = async (tx: TenantTx, keyId: string, target: number): Promise<void> => {
  await tx.sql`
    UPDATE key_version SET empty_since = now()
    WHERE tenant_id = ${tx.tenantId} AND key_id = ${keyId} AND number <> ${target}
      AND state NOT IN ('active', 'destroyed') AND empty_since IS NULL`;
};

/** A compromised version of a key that still has DEKs; null when there is none. */
export const findCompromisedInUse = async (tx: TenantTx, keyId: string): Promise<number | null> => {
  const rows = await tx.sql<{ number: number }[]>`
    SELECT number FROM key_version
    WHERE tenant_id = ${tx.tenantId} AND key_id = ${keyId} AND state = 'compromised' ORDER BY number`;
  for (const { number } of rows) {
    const [used] = await tx.sql`
      SELECT FROM dek
      WHERE tenant_id = ${tx.tenantId} AND key_id = ${keyId} AND key_version = ${number} LIMIT 1`;
    if (used) return number;
  }
  return null;
};
