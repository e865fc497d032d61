import { startRewraps } from "#keeper/rewrap/start.ts";
import { cliContext, createTestKeeper, makeTenantWithKey, rotate } from "#keeper/testing/test-keeper.ts";
import { countDeks } from "#db/queries/census.ts";
import { withTenant } from "#db/tenant-tx.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { hasEnded } from "#lib/domain/job.ts";
import type { JobView } from "#lib/domain/job.ts";
import { getJob } from "#lib/services/rewrap/get-job.ts";
import { startRewrap } from "#lib/services/rewrap/start-rewrap.ts";
import { setTimeout as sleep } from "node:timers/promises";
import type { Setup } from "./fill-deks.ts";
import { fillDeks } from "./fill-deks.ts";
import { watchMemory } from "./memory.ts";
import { median } from "./median.ts";
import { withCluster } from "./with-cluster.ts";

export type RewrapBench = {
  /** Rows that each pass really moved; the bench fails when that is not the number asked for. */
  rows_changed: number;
  guard: "version+bytes";
  /** DEKs per second of the median pass: the whole job, from its census to its end. */
  rate: number;
  /** Rows per second of the floor, median. */
  floor: number;
  /** Median of rate ÷ floor of the same pass. */
  ratio: number;
  passes: number;
  rss_mb: number;
};

const SLUG = "bench";

/** What autovacuum and the checkpointer would have done by then; before either side, so that both begin alike. */
const settleTable = async ({ t }: Setup): Promise<void> => {
  await t.superuser`VACUUM (ANALYZE) dek`;
  await t.superuser`CHECKPOINT`;
};

/**
 * The floor: one statement that writes every row of the same table once, as the same role under the same row-level
 * security, with a constant: `UPDATE dek SET key_version = <the version that every row has>`. PostgreSQL writes a new
 * version of each row, HOT where there is room, just as for the rewrap; there is no crypto, no read, no guard.
 */
const measureFloor = async ({ t, tenantId, keyId, rows }: Setup, version: number): Promise<number> => {
  const start = performance.now();
  const changed = await withTenant(t.keeper, tenantId, async (tx) => {
    await tx.sql`SELECT set_config('statement_timeout', '0', true)`;
    const updated = await tx.sql`
      UPDATE dek SET key_version = ${version} WHERE tenant_id = ${tenantId} AND key_id = ${keyId}`;
    return updated.count;
  });
  const seconds = (performance.now() - start) / 1000;
  if (changed !== rows) throw new Error(`The floor changed ${changed} rows instead of ${rows}.`);
  return rows / seconds;
};

const endOf = async (t: TestDatabase, id: string): Promise<JobView> => {
  for (;;) {
    const job = await getJob(cliContext(t), { job: id });
    if (hasEnded(job.status)) return job;
    await sleep(100);
  }
};

/** A rewrap by the real engine, timed by the database's clock from the start of its census to its end. */
const measureRewrap = async ({ t, tenantId, keyId, rows }: Setup, version: number): Promise<number> => {
  const { result } = await startRewrap(cliContext(t), { tenant: SLUG, key: "default" });
  const job = await endOf(t, result.id);
  const census = await withTenant(t.keeper, tenantId, (tx) => countDeks(tx, keyId));
  const [moved] = await t.superuser<{ n: string }[]>`
    SELECT sum(moved) AS n FROM rewrap_chunk WHERE job_id = ${result.id}`;
  if (job.status !== "completed" || census.get(version) !== rows || Number(moved?.n) !== rows)
    throw new Error(`The rewrap ended as ${job.status} and moved ${moved?.n} of ${rows} rows.`);
  return rows / ((Date.parse(job.completed_at ?? "") - Date.parse(job.started_at ?? "")) / 1000);
};

/** Measures the rewrap of `rows` DEKs in `passes` passes, each against a floor of its own. */
export const benchRewrap = ({
  rows,
  passes,
  say,
}: {
  rows: number;
  passes: number;
  say: (line: string) => void;
}): Promise<RewrapBench> =>
  withCluster(async (url) => {
    const t = await createTestDatabase(url);
    const k = await createTestKeeper(t);
    const { tenantId, keyId } = await makeTenantWithKey(t, k.keeper, SLUG);
    const setup = { t, tenantId, keyId, rows };
    say(`filling ${rows} DEKs`);
    await fillDeks(k.keeper, setup);

    const memory = watchMemory();
    const engine = await startRewraps(k.keeper, { pollMs: 50 });
    const measured: { rate: number; floor: number }[] = [];
    for (let pass = 1; pass <= passes; pass += 1) {
      await settleTable(setup);
      const floor = await measureFloor(setup, pass);
      await settleTable(setup);
      const version = await rotate(t, k.keeper, SLUG);
      const rate = await measureRewrap(setup, version);
      measured.push({ rate, floor });
      say(
        `pass ${pass}: rewrap ${Math.round(rate)}/s, floor ${Math.round(floor)}/s, ratio ${(rate / floor).toFixed(3)}`,
      );
    }
    await engine.close();
    await k.close();
    await t.drop();
    return {
      rows_changed: rows,
      guard: "version+bytes",
      rate: Math.round(median(measured.map(({ rate }) => rate))),
      floor: Math.round(median(measured.map(({ floor }) => floor))),
      ratio: Number(median(measured.map(({ rate, floor }) => rate / floor)).toFixed(3)),
      passes,
      rss_mb: memory.stop(),
    };
  });
