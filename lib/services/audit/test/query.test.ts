import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { withOperator, withTenant } from "#db/tenant-tx.ts";
import { newestEvents } from "#db/queries/audit-source.ts";
import { drain } from "#keeper/sequencer/test/log-helpers.ts";
import { matchesGlob } from "#lib/domain/audit-query/glob.ts";
import { countByField } from "../count-by-field.ts";
import { countOverTime } from "../count-over-time.ts";
import { exportEvents } from "../export-events.ts";
import { searchEvents } from "../search-events.ts";
import type { LogFixture } from "./log-fixture.ts";
import { ADA_EMAIL, createLogFixture } from "./log-fixture.ts";

let log: LogFixture;
beforeAll(async () => {
  log = await createLogFixture(inject("superuserUrl"));
  await drain(log.keeper);
});
afterAll(() => log.close());

type Row = {
  id: string;
  at: Date;
  tenant: string;
  action: string;
  actor: string;
  outcome: string;
  target: string;
  request: string;
  text: string;
};
const everything = async (): Promise<Row[]> => log.t.superuser<Row[]>`
  SELECT e.id, e.at, coalesce(t.slug, 'global') AS tenant, e.action, e.actor_id AS actor, e.outcome, e.target_id AS target,
         e.req AS request, w.text
  FROM audit_event e LEFT JOIN tenant t ON t.id = e.tenant_id LEFT JOIN audit_text w ON w.event_id = e.id
  ORDER BY e.at DESC, e.id DESC`;
const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);

type Field = "tenant" | "action" | "actor" | "outcome" | "target" | "request";
type Asked = { field: Field | "text"; values: string[]; negated: boolean };

const holds = (row: Row, { field, values, negated }: Asked): boolean => {
  const found =
    field === "text"
      ? row.text.includes(values[0]?.toLowerCase() ?? "")
      : values.some((value) => matchesGlob(value === ADA_EMAIL ? log.ada : value, row[field]));
  return found !== negated;
};
const written = ({ field, values, negated }: Asked): string =>
  `${negated ? "-" : ""}${field === "text" ? `"${values[0]}"` : `${field}:${values.join(",")}`}`;

describe("a query in the log's language", () => {
  it("finds exactly what it says, on every path through the indexes, in pages", async () => {
    const rows = await everything();
    const some = (field: Field | "text", ...values: string[]) =>
      fc.record({
        field: fc.constant(field),
        values: fc.uniqueArray(fc.constantFrom(...values), {
          minLength: 1,
          maxLength: field === "text" ? 1 : 3,
        }),
        negated: fc.boolean(),
      });
    const asked = fc.uniqueArray(
      fc.oneof(
        some("tenant", "acme", "bravo", "global", "ac*", "*"),
        some("action", "key.rotated", "key.*", "*.signed_in", "person.*", "no.such"),
        some("actor", log.ada, ADA_EMAIL, "tester", "test*", `${log.ada.slice(0, 13)}*`),
        some("outcome", "ok", "denied", "error", "*"),
        some("target", log.keyOfAcme, `${log.keyOfBravo.slice(0, 20)}*`, "deployment"),
        some("request", "req_1", "req_*", "req_con*"),
        some(
          "text",
          "rotated",
          "KEY",
          "req_2",
          "password",
          log.keyOfAcme.slice(3, 30),
          "%",
          "___",
          "nothing",
        ),
      ),
      { minLength: 1, maxLength: 4, selector: ({ field, negated }) => `${field} ${negated}` },
    );
    let hits = 0;
    await fc.assert(
      fc.asyncProperty(asked, async (terms) => {
        // A percent sign alone is too short for a word.
        const query = terms.map((term) => written(term).replace('"%"', '"%%%"'));
        const oracle = terms.map((term) => ({
          ...term,
          values: term.values.map((v) => (v === "%" ? "%%%" : v)),
        }));
        const expected = rows.filter((row) => oracle.every((term) => holds(row, term)));
        const found = await log.all({ query: query.join(" "), limit: 20 });
        expect(ids(found), query.join(" ")).toEqual(ids(expected));
        if (expected.length > 0) hits += 1;
      }),
      { numRuns: 150 },
    );
    expect(hits).toBeGreaterThan(30);
  });

  it("says in a sentence what it does not understand", async () => {
    for (const [query, sentence] of [
      ["colour:red", /not a field of the log\. The fields are actor, action/],
      ["a".repeat(10_000), /has 10,000 characters/],
      ["tenant:nobody", /There is no tenant “nobody”/],
      ["tenant:nobody,acme", /There is no tenant “nobody”/],
      ["outcome:success", /ok, denied or error/],
      ['"', /not closed/],
    ] as const) {
      for (const service of [searchEvents, exportEvents, countOverTime, countByField]) {
        await expect(service(log.owner(), { query })).rejects.toMatchObject({
          code: "INVALID_INPUT",
          fields: { query: [expect.stringMatching(sentence)] },
        });
      }
    }
  });

  it("is only ever a value: whatever it holds, the log stands and finds nothing", async () => {
    const before = (await everything()).length;
    for (const evil of [
      "'; DROP TABLE audit_event; --",
      "') OR 1=1 --",
      '{"a","b"}',
      "a'||pg_sleep(10)||'",
      "\\",
      "$1",
      "x%' OR text LIKE '%",
      "\u2028\u202e",
    ]) {
      const quoted = `"${evil.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
      const isWord = [...evil].length > 2;
      for (const term of [
        "actor:",
        "action:",
        "target:",
        "request:",
        ...(isWord ? ["", "-tenant:acme "] : []),
      ])
        expect((await searchEvents(log.owner(), { query: `${term}${quoted}` })).events).toEqual([]);
    }
    expect((await everything()).length).toBe(before);
  });

  it("finds what did not go well, however one asks for it", async () => {
    const ask = async (query: string) => ids(await log.all({ query, limit: 200 }));
    const failed = await ask("outcome:denied,error");
    expect(failed.length).toBeGreaterThan(0);
    for (const query of ["-outcome:ok", "outcome:* -outcome:ok"]) expect(await ask(query)).toEqual(failed);
    expect(await ask("-outcome:ok -outcome:error")).toEqual(await ask("outcome:denied"));
    expect(await ask("outcome:ok,denied,error")).toEqual(await ask(""));
    expect(await ask("-outcome:denied")).toEqual(await ask("outcome:ok,error"));
    expect(await ask("-outcome:*")).toEqual([]);
    for (const any of [["denied"], ["denied", "error"]]) {
      const plan = await withOperator(log.t.console, async (tx) => {
        await tx.sql`SET LOCAL enable_seqscan = off`;
        await tx.sql`SET LOCAL enable_sort = off`;
        return tx.sql`EXPLAIN ${newestEvents(tx, { outcome: { any } }, null, 50, tx.sql`e.id, e.at`)}`;
      });
      expect(JSON.stringify(plan)).toContain("audit_event_not_ok_time");
    }
  });

  it("knows ip:, which no event has", async () => {
    expect((await searchEvents(log.owner(), { query: "ip:127.0.0.1" })).events).toEqual([]);
    expect((await searchEvents(log.owner(), { query: "-ip:127.0.0.1", limit: 5 })).events).toHaveLength(5);
  });
});

describe("the search for words", () => {
  const search = { all: ["rotated"], none: [] };
  const read = (tx: Parameters<typeof newestEvents>[0]) =>
    tx.sql<{ tenant_id: string }[]>`
      SELECT * FROM (${newestEvents(tx, { text: search }, null, 1_000, tx.sql`e.id, e.at, e.tenant_id`)}) AS f`;

  it("binds the tenant itself, whatever the transaction asks for", async () => {
    const own = await withTenant(log.t.console, log.acme, read);
    expect(own.length).toBeGreaterThan(3);
    expect(new Set(own.map((row) => row.tenant_id))).toEqual(new Set([log.acme]));
    // The function alone, without the policies of the table that is joined to it.
    const direct = (tenant: string) =>
      withTenant(
        log.t.console,
        log.acme,
        async (tx) => tx.sql<{ event_id: string }[]>`
          SELECT s.event_id FROM set_config('app.tenant_id', ${tenant}, true) AS set, LATERAL audit_text_search(
            '%rotated%', NULL, NULL, ${JSON.stringify({ tenant: { any: [log.bravo] } })}::text::jsonb, NULL, NULL, NULL, NULL, 1000) AS s`,
      );
    expect(await direct(log.acme)).toEqual([]);
    expect(await direct("")).toEqual([]);
    const all = await withOperator(log.t.console, read);
    expect(all.length).toBeGreaterThan(own.length);
  });

  it("is the only way to the words", async () => {
    for (const run of [
      () => withOperator(log.t.console, (tx) => tx.sql`SELECT text FROM audit_text`),
      () => withTenant(log.t.cli, log.acme, (tx) => tx.sql`SELECT text FROM audit_text`),
      () =>
        withOperator(
          log.t.keeper,
          (tx) =>
            tx.sql`SELECT * FROM audit_text_search('%key%', NULL, NULL, '{}', NULL, NULL, NULL, NULL, 9)`,
        ),
      () => withOperator(log.t.console, (tx) => tx.sql`SELECT audit_index_events('{}')`),
    ])
      await expect(run()).rejects.toThrow();
  });
});

describe("counts", () => {
  it("of the hours are those of the placed events", async () => {
    const kept = await log.t.superuser`
      SELECT log_id, hour, action, outcome, actor_id, count::integer FROM audit_hour ORDER BY 1, 2, 3, 4, 5`;
    const raw = await log.t.superuser`
      SELECT coalesce(e.tenant_id, d.id) AS log_id, date_trunc('hour', e.at) AS hour, action, outcome, actor_id, count(*)::integer AS count
      FROM audit_event e CROSS JOIN deployment d GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5`;
    expect(kept).toEqual(raw);
    const days = await log.t.superuser`
      SELECT log_id, day, action, outcome, count::integer FROM audit_day ORDER BY 1, 2, 3, 4`;
    expect(days).toEqual(
      await log.t.superuser`
      SELECT log_id, date_trunc('day', hour) AS day, action, outcome, sum(count)::integer AS count
      FROM audit_hour GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`,
    );
    const actorDays = await log.t.superuser`
      SELECT log_id, day, actor_id, action, outcome, count::integer FROM audit_actor_day ORDER BY 1, 2, 3, 4, 5`;
    expect(actorDays).toEqual(
      await log.t.superuser`
      SELECT log_id, date_trunc('day', hour) AS day, actor_id, action, outcome, sum(count)::integer AS count
      FROM audit_hour GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5`,
    );
  });

  it("over time add up to what the search finds, from the hours and from the events", async () => {
    const rows = await everything();
    const oldest = rows.at(-1)?.at ?? new Date();
    const newest = rows[0]?.at ?? new Date();
    const longAgo = new Date(oldest.getTime() - 90 * 86_400_000).toISOString();
    const until = new Date(newest.getTime() + 1).toISOString();
    for (const range of [{}, { from: longAgo, to: until }, { from: oldest.toISOString(), to: until }]) {
      for (const query of [
        "",
        "action:key.*",
        "tenant:acme -outcome:ok",
        "tenant:global,bravo",
        "rotated",
        `target:${log.keyOfAcme}`,
        "actor:test*",
      ]) {
        const expected = await log.all({ query, ...range });
        const counted = await countOverTime(log.owner(), { query, ...range });
        expect(counted.bars.length).toBeLessThanOrEqual(60);
        expect(counted.isPartial).toBe(false);
        expect(counted.total, `${query} ${JSON.stringify(range)}`).toBe(expected.length);
        const denied = counted.bars.reduce((sum, bar) => sum + bar.denied, 0);
        expect(denied).toBe(expected.filter(({ outcome }) => outcome === "denied").length);
      }
    }
    const nothing = await countOverTime(log.owner(), { from: "2020-01-01", to: "2020-03-01" });
    expect(nothing).toMatchObject({
      total: 0,
      from: "2020-01-01T00:00:00.000Z",
      to: "2020-03-01T00:00:00.000Z",
    });
  });

  it("by field say what one more click would find", async () => {
    const rows = await everything();
    const { fields, countMax } = await countByField(log.owner(), {
      query: "action:key.rotated outcome:ok,error",
    });
    expect(countMax).toBeNull();
    const count = (fits: (row: Row) => boolean) => rows.filter(fits).length;
    expect(fields.outcome).toEqual(
      ["ok", "denied", "error"]
        .map((outcome) => ({
          value: outcome,
          name: outcome,
          count: count((row) => row.action === "key.rotated" && row.outcome === outcome),
        }))
        .filter((facet) => facet.count > 0)
        .toSorted((a, b) => b.count - a.count),
    );
    expect(fields.action.find(({ value }) => value === "person.signed_in")?.count).toBe(
      count((row) => row.action === "person.signed_in" && row.outcome !== "denied"),
    );
    expect(fields.actor.find(({ value }) => value === log.ada)).toMatchObject({ name: ADA_EMAIL });
    expect(fields.tenant.map(({ value }) => value).toSorted()).toEqual(["acme", "bravo"]);
    const searched = await countByField(log.owner(), { query: "tenant:acme rotated" });
    expect(searched.countMax).toBe(10_000);
    expect(searched.fields.tenant.map(({ value }) => value)).toEqual(["acme"]);
  });
});

describe("a role of a tenant's side", () => {
  it("reads its tenant's log and never all of it, and is told so in the log", async () => {
    for (const service of [searchEvents, exportEvents, countOverTime, countByField]) {
      for (const raw of [{}, { tenant: "global" }, { query: "tenant:acme,bravo" }])
        await expect(service(log.as("tenant-auditor"), raw)).rejects.toMatchObject({ code: "FORBIDDEN" });
    }
    const own = await searchEvents(log.as("tenant-auditor"), { tenant: "acme", query: "tenant:bravo" });
    expect(own.events).toEqual([]);
    const [denied] = (
      await searchEvents(log.owner(), { query: "action:access.denied tenant:global", limit: 1 })
    ).events;
    expect(denied).toMatchObject({ actor: { id: log.ada }, outcome: "denied" });
  });
});
