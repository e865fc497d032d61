import { withOperator, withTenant } from "#db/tenant-tx.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { sequenceBatch } from "#keeper/sequencer/sequence-batch.ts";
import { createTestKeeper, cliContext } from "#keeper/testing/test-keeper.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { newId } from "#lib/domain/ids.ts";
import { countByField } from "#lib/services/audit/count-by-field.ts";
import { countOverTime } from "#lib/services/audit/count-over-time.ts";
import { encodeCursor } from "#lib/services/instant-cursor.ts";
import { searchEvents } from "#lib/services/audit/search-events.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import type { ServiceContext } from "#lib/services/context.ts";
import type { ExportBench } from "./audit-export.ts";
import { measureExport } from "./audit-export.ts";
import type { FilledLog } from "./audit-fill.ts";
import { BENCH_DAYS, fillLog } from "./audit-fill.ts";
import { percentile } from "./percentile.ts";
import { withCluster } from "./with-cluster.ts";

const RUNS = 40;
const PAGE = 50;
const ms = (value: number): number => Number(value.toFixed(1));

export type AuditBench = {
  events: number;
  /** Of each kind of question: milliseconds of its page at random depths, as the console's role. */
  pages: Record<string, { p50: number; p95: number; found: number }>;
  /** The slowest of those that the indexes serve. */
  page_p95_ms: number;
  /** The same page by OFFSET at half the depth, in the same run. */
  offset_ms: number;
  histogram_90d_p95_ms: number;
  /** The same counts from the events themselves, in the same run. */
  histogram_raw_ms: number;
  facets_90d_p95_ms: number;
  /** Events that the sequencer places in a second, with their words and counts. */
  sequenced_per_s: number;
  export: ExportBench;
  not_measured: string[];
};

const timed = async <T>(run: () => Promise<T>): Promise<{ took: number; value: T }> => {
  const start = performance.now();
  const value = await run();
  return { took: performance.now() - start, value };
};

/** The console's own context: its pool, its roles, its row-level security. */
const consoleOf = (t: TestDatabase): ServiceContext => ({
  db: t.console,
  source: "console",
  actor: { type: "person", id: newId(), role: "owner" },
  req: "req_bench",
});

const questions = (
  sample: { actor_id: string; target_id: string; req: string },
  slugs: readonly string[],
) => ({
  everything: "",
  tenant: `tenant:${slugs[1]}`,
  "two tenants": `tenant:${slugs[1]},${slugs[7]}`,
  action: "action:token.minted",
  "group of actions": "action:key.*",
  actor: `actor:${sample.actor_id}`,
  denied: "outcome:denied",
  "not ok": "-outcome:ok",
  target: `target:${sample.target_id}`,
  request: `request:${sample.req}`,
  "tenant and action": `tenant:${slugs[1]} action:access.denied`,
  "tenant and group": `tenant:${slugs[1]} action:key.*,rewrap.*`,
  "tenant and actor": `tenant:${slugs[1]} actor:${sample.actor_id}`,
  "actor and action": `actor:${sample.actor_id} action:data.access`,
  "actor and target": `actor:${sample.actor_id} target:${sample.target_id}`,
  "action and target": `action:data.access target:${sample.target_id}`,
  "tenant and target": `tenant:${slugs[1]} target:${sample.target_id}`,
  "tenant and denied": `tenant:${slugs[1]} outcome:denied`,
  "tenant, actor, action": `tenant:${slugs[1]} actor:${sample.actor_id} action:crypto.key_loaded`,
  "tenant, group, denied": `tenant:${slugs[1]} action:key.* outcome:denied`,
  excluding: "-action:data.access -outcome:denied",
  "rare word": sample.req.slice(5, 17),
  "common word": "customers",
  "word of one in a hundred": "payments-7",
  "two words": "denied documents-3",
  "word and tenant": `tenant:${slugs[1]} payments-7`,
});
const WORDS = /word/;

const measurePages = async (
  ctx: ServiceContext,
  log: FilledLog,
  t: TestDatabase,
  say: (line: string) => void,
) => {
  const [sample] = await t.superuser<{ actor_id: string; target_id: string; req: string }[]>`
    SELECT actor_id, target_id, req FROM audit_event WHERE tenant_id = ${log.tenantIds[1] ?? ""} AND action = 'data.access'
    OFFSET 100 LIMIT 1`;
  if (!sample) throw new Error("The log was not filled.");
  const pages: AuditBench["pages"] = {};
  for (const [name, query] of Object.entries(questions(sample, log.slugs))) {
    const times: number[] = [];
    let found = 0;
    for (let run = 0; run < RUNS; run += 1) {
      const depth = run / RUNS;
      const at = new Date(log.newest.getTime() - depth * BENCH_DAYS * 86_400_000).toISOString();
      const cursor = depth === 0 ? undefined : encodeCursor({ at, id: newId() });
      const { took, value } = await timed(() => searchEvents(ctx, { query, cursor, limit: PAGE }));
      times.push(took);
      found += value.events.length;
    }
    if (found === 0 && log.events >= 200_000) throw new Error(`"${query}" found nothing.`);
    say(`${name}: ${ms(percentile(times, 0.5))} ms, ${ms(percentile(times, 0.95))} ms`);
    pages[name] = { p50: ms(percentile(times, 0.5)), p95: ms(percentile(times, 0.95)), found };
  }
  return { pages, actor: sample.actor_id };
};

const measureCounts = async (ctx: ServiceContext, log: FilledLog, actor: string) => {
  const range = { from: log.oldest.toISOString(), to: log.newest.toISOString() };
  const bars: number[] = [];
  const facets: number[] = [];
  let total = 0;
  for (const query of ["", `tenant:${log.slugs[1]}`, "action:key.*", "-outcome:ok", `actor:${actor}`]) {
    for (let run = 0; run < 6; run += 1) {
      const counted = await timed(() => countOverTime(ctx, { query, ...range }));
      bars.push(counted.took);
      total += counted.value.total;
      facets.push((await timed(() => countByField(ctx, { query, ...range }))).took);
    }
  }
  if (total === 0) throw new Error("The counts are empty.");
  return { histogram: ms(percentile(bars, 0.95)), facets: ms(percentile(facets, 0.95)) };
};

const measureSequencer = async (t: TestDatabase): Promise<number> => {
  const EVENTS = 20_000;
  const k = await createTestKeeper(t);
  while ((await sequenceBatch(k.keeper)) ?? 0);
  const { id: tenant } =
    (await t.superuser<{ id: TenantId }[]>`SELECT id FROM tenant ORDER BY slug LIMIT 1`)[0] ?? {};
  for (let written = 0; written < EVENTS; written += 1_000) {
    const drafts = Array.from({ length: 1_000 }, (_, n) => ({
      action: "access.denied" as const,
      target: { type: "record" as const, id: `record-${written + n}` },
      outcome: "denied" as const,
      detail: { permission: "key:rotate" },
    }));
    await withTenant(t.cli, tenant as TenantId, (tx) => writeEvents(tx, cliContext(t), drafts));
  }
  let placed = 0;
  const { took } = await timed(async () => {
    for (let n = 1; n > 0; placed += n) n = (await sequenceBatch(k.keeper)) ?? 0;
  });
  await k.close();
  if (placed < EVENTS) throw new Error(`Only ${placed} events were placed.`);
  return Math.round(placed / (took / 1000));
};

/** Measures the audit page and its counts over a log of `events` events of three months. */
export const benchAudit = ({
  events,
  say,
}: {
  events: number;
  say: (line: string) => void;
}): Promise<AuditBench> =>
  withCluster(async (url) => {
    const t = await createTestDatabase(url);
    const log = await fillLog(t, events, say);
    const ctx = consoleOf(t);
    await searchEvents(ctx, {});
    say("pages");
    const { pages, actor } = await measurePages(ctx, log, t, say);
    const offset = await timed(() =>
      withOperator(
        t.console,
        (tx) =>
          tx.sql`SELECT id FROM audit_event ORDER BY at DESC, id DESC OFFSET ${Math.floor(events / 2)} LIMIT ${PAGE}`,
      ),
    );
    say("counts");
    const counts = await measureCounts(ctx, log, actor);
    const raw = await timed(() =>
      withOperator(
        t.console,
        (tx) => tx.sql`SELECT date_trunc('day', at) AS day, outcome, count(*) FROM audit_event GROUP BY 1, 2`,
      ),
    );
    say("export");
    const exported = await measureExport(t);
    say("sequencer");
    const sequenced = await measureSequencer(t);
    await t.drop();
    const served = Object.entries(pages).filter(([name]) => !WORDS.test(name));
    return {
      events,
      pages,
      page_p95_ms: Math.max(...served.map(([, { p95 }]) => p95)),
      offset_ms: ms(offset.took),
      histogram_90d_p95_ms: counts.histogram,
      histogram_raw_ms: ms(raw.took),
      facets_90d_p95_ms: counts.facets,
      sequenced_per_s: sequenced,
      export: exported,
      not_measured: ["partitions", "cold caches", "writers beside the readers"],
    };
  });
