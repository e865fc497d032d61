import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { TransactionSql } from "postgres";
import type { Database } from "#db/client.ts";
import { withOperator } from "#db/tenant-tx.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import type { Keeper } from "#keeper/keeper.ts";
import { cliContext } from "#keeper/testing/test-keeper.ts";
import type { LogVerdict } from "#lib/audit/verify.ts";
import type { EventDraft, Source } from "#lib/domain/audit-catalogue.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { newId } from "#lib/domain/ids.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import { verifyLog } from "#lib/services/audit/verify-log.ts";
import { createTenant } from "#lib/services/tenants/create-tenant.ts";
import { anchorCheckpoints } from "../anchor-checkpoints.ts";
import { publish } from "../publish.ts";
import { sequenceBatch } from "../sequence-batch.ts";
import type { Signer } from "../signer.ts";
import { openSigner } from "../signer.ts";

export const anchorsOf = (dataDir: string): string => join(dataDir, "anchors");

/** A tenant, made by the product's own service. */
export const makeTenant = async (t: TestDatabase, slug: string): Promise<TenantId> => {
  const { result } = await createTenant(cliContext(t), { slug, name: slug });
  return result.id;
};

const draft = (tenant: TenantId | null): EventDraft => ({
  action: "access.denied",
  target: tenant ? { type: "tenant", id: tenant } : { type: "deployment", id: "deployment" },
  outcome: "denied",
  detail: { permission: "key:rotate" },
});

/** Writes events in one transaction of a login, and returns their ids in the order in which they were written. */
export const writeSome = (
  db: Database,
  tenant: TenantId | null,
  count: number,
  source: Source = "cli",
): Promise<string[]> =>
  withOperator(db, (tx) =>
    writeEvents(
      tx,
      { source, actor: { type: "cli", id: "tester" }, req: `req_${newId().slice(-12)}` },
      Array.from({ length: count }, () => draft(tenant)),
      tenant,
    ),
  );

/** Runs the sequencer until nothing waits. */
export const drain = async (keeper: Keeper): Promise<number> => {
  let total = 0;
  for (let placed = 1; placed > 0; total += placed) placed = (await sequenceBatch(keeper)) ?? 0;
  return total;
};

/** Places what waits, signs, and anchors: a whole round of the sequencer, at once. */
export const settleLog = async (keeper: Keeper, signer?: Signer): Promise<Signer> => {
  const opened = signer ?? (await openSigner(keeper));
  await drain(keeper);
  await publish(keeper, opened, true);
  await anchorCheckpoints(keeper, opened);
  return opened;
};

export const verify = (t: TestDatabase, dataDir: string): Promise<LogVerdict> =>
  verifyLog(cliContext(t), { anchorsDir: anchorsOf(dataDir) });

export type LeafRow = { log: string; index: number; event: string | null };

/** Every leaf of every log, in order. */
export const readLeaves = async (t: TestDatabase): Promise<LeafRow[]> =>
  (
    await t.superuser`SELECT log_id AS log, leaf_index AS index, event_id AS event FROM audit_leaf ORDER BY log_id, leaf_index`
  ).map((row) => ({ log: row.log, index: Number(row.index), event: row.event }));

const TABLES = ["audit_event", "audit_queue", "audit_leaf", "audit_head", "audit_checkpoint", "audit_key"];

/** Does to the log what no role of ours may: no trigger and no constraint stands in the way. */
export const asSuperuser = (
  t: TestDatabase,
  harm: (sql: TransactionSql) => Promise<unknown>,
): Promise<unknown> =>
  t.superuser.begin(async (sql) => {
    await sql`SET LOCAL session_replication_role = replica`;
    await harm(sql);
  });

/** Keeps the log as it is, in the database and beside it, and returns what puts it back. */
export const keepLog = async (t: TestDatabase, dataDir: string): Promise<() => Promise<void>> => {
  const kept = `${anchorsOf(dataDir)}.kept`;
  cpSync(anchorsOf(dataDir), kept, { recursive: true });
  await asSuperuser(t, async (sql) => {
    await sql`CREATE SCHEMA kept`;
    for (const table of TABLES) await sql.unsafe(`CREATE TABLE kept.${table} AS TABLE public.${table}`);
  });
  return async () => {
    rmSync(anchorsOf(dataDir), { recursive: true, force: true });
    cpSync(kept, anchorsOf(dataDir), { recursive: true });
    await asSuperuser(t, async (sql) => {
      await sql.unsafe(`TRUNCATE ${TABLES.join(", ")}`);
      for (const table of TABLES) await sql.unsafe(`INSERT INTO public.${table} SELECT * FROM kept.${table}`);
    });
  };
};
