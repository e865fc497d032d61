import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { withOperator, withTenant } from "#db/tenant-tx.ts";
import { drain } from "#keeper/sequencer/test/log-helpers.ts";
import { exportEvents } from "../export-events.ts";
import { getEvent } from "../get-event.ts";
import { searchEvents } from "../search-events.ts";
import { writeEvents } from "../write-event.ts";
import type { LogFixture } from "./log-fixture.ts";
import { ADA_EMAIL, createLogFixture } from "./log-fixture.ts";

let log: LogFixture;
beforeAll(async () => {
  log = await createLogFixture(inject("superuserUrl"));
});
afterAll(() => log.close());

/** Every event's columns as the database has them, newest first: what any search is held against. */
const everything = () => log.t.superuser`
  SELECT id, action, actor_id, outcome, target_id, req, tenant_id, at FROM audit_event ORDER BY at DESC, id DESC`;

describe("a search", () => {
  it("shows an event with its tenant's slug and its place, newest first", async () => {
    const { events } = await searchEvents(log.owner(), { request: "req_3" });
    expect(events.map(({ action }) => action).sort()).toEqual(["key.rotated", "key.rotation_requested"]);
    const rotation = events.find(({ action }) => action === "key.rotated");
    const [leaf] = await log.t
      .superuser`SELECT leaf_index FROM audit_leaf WHERE event_id = ${rotation?.id ?? ""}`;
    expect(rotation).toEqual({
      id: expect.any(String),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      tenant: "acme",
      source: "console",
      actor: { type: "person", id: log.ada },
      action: "key.rotated",
      target: { type: "key", id: log.keyOfAcme },
      outcome: "error",
      req: "req_3",
      leaf: { index: Number(leaf?.leaf_index) },
    });
    const waiting = await searchEvents(log.owner(), { tenant: "bravo", limit: 2 });
    expect(waiting.events.map(({ leaf }) => leaf)).toEqual([null, null]);
  });

  it("pages over everything without a gap or a repetition, whatever the page's size", async () => {
    const expected = (await everything()).map(({ id }) => id);
    for (const limit of [1, 7, 50, 200]) {
      expect((await log.all({ limit })).map(({ id }) => id)).toEqual(expected);
    }
  });

  it("is not moved by events that arrive between its pages", async () => {
    const before = (await everything()).map(({ id }) => id);
    const first = await searchEvents(log.owner(), { limit: 10 });
    await log.signIn();
    await log.signIn();
    const second = await searchEvents(log.owner(), { limit: 10, cursor: first.next ?? "" });
    expect([...first.events, ...second.events].map(({ id }) => id)).toEqual(before.slice(0, 20));
  });

  it("finds exactly what each combination of filters says", async () => {
    const rows = await everything();
    const slugs = new Map([
      [log.acme as string, "acme"],
      [log.bravo as string, "bravo"],
    ]);
    // Three of four filters are not asked for: most combinations of all of them find nothing.
    const pick = <T>(...values: T[]) =>
      fc.constantFrom(...values).chain((value) => fc.constantFrom(value, undefined, undefined, undefined));
    const times = rows.map(({ at }) => new Date(at).toISOString());
    const query = fc.record({
      tenant: pick("acme", "bravo", "global"),
      actor: pick(log.ada, ADA_EMAIL, "ADA@example.com", "tester", "nobody@example.com"),
      action: pick<string | string[]>("key.rotated", "key.*", "person.*", "nothing.*", [
        "key.rotated",
        "access.*",
      ]),
      outcome: pick<string | string[]>("ok", "denied", ["denied", "error"]),
      target: pick(log.keyOfAcme, log.keyOfBravo),
      request: pick("req_1", "req_none"),
      from: pick(...times),
      to: pick(...times),
    });
    type Asked = typeof query extends fc.Arbitrary<infer T> ? T : never;
    const expectedOf = (raw: Asked) =>
      rows.filter((row) => {
        const actions = raw.action === undefined ? null : [raw.action].flat();
        const actor = raw.actor?.toLowerCase() === ADA_EMAIL ? log.ada : raw.actor;
        return (
          (raw.tenant === undefined || (slugs.get(row.tenant_id) ?? "global") === raw.tenant) &&
          (actor === undefined || row.actor_id === actor) &&
          (actions === null ||
            actions.some((a) =>
              a.endsWith("*") ? row.action.startsWith(a.slice(0, -1)) : row.action === a,
            )) &&
          (raw.outcome === undefined || [raw.outcome].flat().includes(row.outcome)) &&
          (raw.target === undefined || row.target_id === raw.target) &&
          (raw.request === undefined || row.req === raw.request) &&
          (raw.from === undefined || new Date(row.at).toISOString() >= raw.from) &&
          (raw.to === undefined || new Date(row.at).toISOString() < raw.to)
        );
      });
    let hits = 0;
    await fc.assert(
      fc.asyncProperty(query, async (raw) => {
        if (raw.from !== undefined && raw.to !== undefined && raw.from >= raw.to) return;
        const until = { ...raw, to: raw.to ?? new Date(Date.parse(times[0] ?? "") + 1).toISOString() };
        if (until.from !== undefined && until.from >= until.to) return;
        const found = await log.all({ ...until, limit: 9 });
        expect(found.map(({ id }) => id)).toEqual(expectedOf(until).map(({ id }) => id));
        if (found.length > 0) hits += 1;
      }),
      { numRuns: 80 },
    );
    expect(hits).toBeGreaterThan(20);
  });

  it("refuses what it does not understand, and says in which field", async () => {
    const bad: [object, string][] = [
      [{ action: "rotated" }, "action"],
      [{ action: "key.%" }, "action"],
      [{ outcome: "success" }, "outcome"],
      [{ from: "yesterday" }, "from"],
      [{ limit: 201 }, "limit"],
      [{ limit: 0 }, "limit"],
      [{ cursor: "bm90aGluZw" }, "cursor"],
      [{ cursor: "%%%" }, "cursor"],
      [{ target: "a\0b" }, "target"],
      [{ from: "2026-01-02", to: "2026-01-01" }, "to"],
    ];
    for (const [raw, field] of bad) {
      const refused = searchEvents(log.owner(), raw);
      await expect(refused, JSON.stringify(raw)).rejects.toMatchObject({
        code: "INVALID_INPUT",
        fields: { [field]: expect.any(Array) },
      });
    }
    await expect(searchEvents(log.owner(), { tenant: "nobody" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });

  it("asks for nothing where a form left a field empty", async () => {
    const empty = {
      tenant: "",
      actor: "",
      action: [""],
      outcome: "",
      target: "",
      request: "",
      from: "",
      to: "",
    };
    expect(await searchEvents(log.owner(), { ...empty, limit: 5 })).toEqual(
      await searchEvents(log.owner(), { limit: 5 }),
    );
  });

  it("rejects an actor without the permission, and says so in the log", async () => {
    const before = (await log.all({ action: "access.denied", tenant: "acme" })).length;
    await expect(searchEvents(log.as("support"), { tenant: "acme" })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    await expect(exportEvents(log.as("approver"), { tenant: "acme" })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    expect((await log.all({ action: "access.denied", tenant: "acme" })).length).toBe(before + 2);
  });
});

describe("a tenant's part of the log", () => {
  it("holds that tenant's events alone, by every way in", async () => {
    const own = await log.all({ tenant: "acme" });
    expect(own.length).toBeGreaterThan(40);
    expect(new Set(own.map(({ tenant }) => tenant))).toEqual(new Set(["acme"]));
    expect(await log.all({ tenant: "acme", target: log.keyOfBravo })).toEqual([]);
    const [foreign] = await log.all({ tenant: "bravo", limit: 1 });
    await expect(getEvent(log.owner(), { tenant: "acme", id: foreign?.id })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    const { bytes } = await exportEvents(log.owner(), { tenant: "acme", action: "key.*" });
    for await (const part of bytes)
      for (const line of Buffer.from(part).toString().trimEnd().split("\n"))
        expect(JSON.parse(line)).toMatchObject({ log: "acme" });
  });

  it("is kept apart by the database too", async () => {
    const counts = await withTenant(log.t.console, log.acme, async (tx) => [
      await tx.sql`SELECT FROM audit_event WHERE tenant_id IS DISTINCT FROM ${log.acme}`,
      await tx.sql`SELECT FROM audit_leaf WHERE log_id IS DISTINCT FROM ${log.acme}`,
      await tx.sql`SELECT FROM audit_head WHERE log_id IS DISTINCT FROM ${log.acme}`,
    ]);
    expect(counts.map(({ length }) => length)).toEqual([0, 0, 0]);
  });
});

describe("a search for words that many events have", () => {
  const OTHERS = 700;
  beforeAll(async () => {
    const about = (id: string) => ({
      action: "access.denied" as const,
      target: { type: "record" as const, id },
      outcome: "denied" as const,
      detail: { permission: "key:rotate" },
    });
    for (const [name, count] of [
      ["granite", 600],
      ["marble", OTHERS],
      ["granite slate", 40],
    ] as const)
      await withOperator(log.t.cli, (tx) =>
        writeEvents(
          tx,
          { source: "cli", actor: { type: "cli", id: "mason" }, req: "req_stone" },
          Array.from({ length: count }, (_, n) => about(`${name} ${n}`)),
        ),
      );
    await drain(log.keeper);
  }, 60_000);

  const expected = async (...words: string[]): Promise<string[]> =>
    (await everything())
      .filter(({ target_id: target }) => words.every((word) => String(target).includes(word)))
      .map(({ id }) => String(id));
  const found = async (raw: object): Promise<string[]> => (await log.all(raw)).map(({ id }) => id);

  // Far more of the newest events have the word than of those behind them: the page is not full after the first look.
  it.each([20, 200])("goes on behind those that have none, %i at a time", async (limit) => {
    expect(await found({ query: "granite", limit })).toEqual(await expected("granite"));
    expect(await found({ query: "slate", limit })).toEqual(await expected("slate"));
  });

  it("finds what has each of several, in a time of its own", async () => {
    expect(await found({ query: "granite slate mason", limit: 7 })).toEqual(
      await expected("granite", "slate"),
    );
    expect(await found({ query: "marble slate" })).toEqual([]);
    const [, , after] = (await log.all({ query: "marble", limit: 100 })).toReversed();
    const until = await found({ query: "granite", to: after?.at });
    expect(until).toEqual((await expected("granite")).slice(40));
  });
});
