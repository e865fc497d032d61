import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { asSuperuser, writeSome } from "#keeper/sequencer/test/log-helpers.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { cliContext } from "#keeper/testing/test-keeper.ts";
import { fromBase64 } from "#lib/audit/base64.ts";
import { leafHash } from "#lib/audit/leaf.ts";
import { verifyInclusion } from "#lib/audit/proof.ts";
import { newId } from "#lib/domain/ids.ts";
import { actorNames } from "../actor-names.ts";
import type { EventExport } from "../export-events.ts";
import { exportEvents } from "../export-events.ts";
import { getEvent } from "../get-event.ts";
import { proveEvent } from "../prove-event.ts";
import { searchEvents } from "../search-events.ts";
import { writeEvents } from "../write-event.ts";
import type { LogFixture } from "./log-fixture.ts";
import { ADA_EMAIL, createLogFixture } from "./log-fixture.ts";

let log: LogFixture;
beforeAll(async () => {
  log = await createLogFixture(inject("superuserUrl"));
});
afterAll(() => log.close());

type Line = {
  leaf_index: number | null;
  log: string;
  entry: Record<string, unknown> | null;
  entry_b64?: string;
};
const wholeOf = async ({ bytes }: EventExport): Promise<string> => {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  return Buffer.concat(parts).toString();
};
const texts = async (exported: EventExport): Promise<string[]> =>
  (await wholeOf(exported)).split(/(?<=\n)/).filter((line) => line !== "");
const lines = async (exported: EventExport): Promise<Line[]> =>
  (await texts(exported)).map((text) => JSON.parse(text) as Line);

describe("one event", () => {
  it("is the whole entry with its place, its hash and what stands beside it", async () => {
    const events = await log.all({ tenant: "acme" });
    const middle = events.find(({ leaf }) => leaf?.index === 7);
    const detail = await getEvent(log.owner(), { id: middle?.id });
    const [row] = await log.t.superuser`SELECT entry FROM audit_event WHERE id = ${middle?.id ?? ""}`;
    const [head] = await log.t.superuser`SELECT size FROM audit_head WHERE log_id = ${log.acme}`;
    expect(detail.text).toBe(row?.entry.toString());
    expect(detail.entry).toMatchObject({ id: middle?.id, tenant: log.acme, action: middle?.action });
    expect(detail.leaf).toEqual({
      tree: "acme",
      index: 7,
      size: Number(head?.size),
      hash: createHash("sha256").update(Buffer.of(0)).update(row?.entry).digest("base64"),
      isIntact: true,
      previous: {
        index: 6,
        eventId: events.find(({ leaf }) => leaf?.index === 6)?.id,
        action: expect.any(String),
      },
      next: {
        index: 8,
        eventId: events.find(({ leaf }) => leaf?.index === 8)?.id,
        action: expect.any(String),
      },
    });
    expect((await getEvent(log.owner(), { id: middle?.id, tenant: "acme" })).leaf).toEqual(detail.leaf);
  });

  it("has no neighbour at the ends, and no place while it waits", async () => {
    const first = (await log.all({ tenant: "acme" })).find(({ leaf }) => leaf?.index === 0);
    expect((await getEvent(log.owner(), { id: first?.id })).leaf?.previous).toBeNull();
    const { events } = await searchEvents(log.owner(), { tenant: "bravo", limit: 1 });
    expect(await getEvent(log.owner(), { id: events[0]?.id })).toMatchObject({ tenant: "bravo", leaf: null });
  });

  it("says when its bytes are not what was hashed", async () => {
    const victim = (await log.all({ tenant: "acme" })).find(({ leaf }) => leaf?.index === 9);
    const id = victim?.id ?? "";
    const [row] = await log.t.superuser`SELECT entry FROM audit_event WHERE id = ${id}`;
    const set = (entry: Buffer) =>
      asSuperuser(log.t, (sql) => sql`UPDATE audit_event SET entry = ${entry} WHERE id = ${id}`);
    await set(Buffer.from("not an entry\n"));
    expect(await getEvent(log.owner(), { id })).toMatchObject({
      entry: null,
      text: "not an entry\n",
      leaf: { isIntact: false },
    });
    const exported = await lines(await exportEvents(log.owner(), { tenant: "acme" }));
    expect(exported.find(({ leaf_index: index }) => index === 9)).toEqual({
      leaf_index: 9,
      log: "acme",
      entry: null,
      entry_b64: Buffer.from("not an entry\n").toString("base64"),
    });
    await set(row?.entry);
  });

  it("is not found when there is none", async () => {
    for (const id of [newId(), "not-an-id", ""]) {
      await expect(getEvent(log.owner(), { id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    }
    const [ofTenant] = await log.all({ tenant: "acme", limit: 1 });
    await expect(getEvent(log.owner(), { tenant: "global", id: ofTenant?.id })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });
});

describe("the proof of an event", () => {
  it("holds for its bytes and its place, in its tenant's tree and in the global one, and for nothing else", async () => {
    for (const tenant of ["acme", "global"]) {
      const placed = (await log.all({ tenant })).filter(({ leaf }) => leaf !== null);
      for (const { id } of [placed[0], placed[3], placed.at(-1)].filter((one) => one !== undefined)) {
        const { text } = await getEvent(log.owner(), { id });
        const proof = await proveEvent(log.owner(), { id });
        const [root, ...path] = [proof.root, ...proof.proof].map(
          (hash) => fromBase64(hash) ?? new Uint8Array(),
        );
        const claim = {
          leaf: leafHash(Buffer.from(text)),
          ...proof,
          root: root ?? new Uint8Array(),
          proof: path,
        };
        expect(verifyInclusion(claim)).toBe(true);
        expect(verifyInclusion({ ...claim, leaf: leafHash(Buffer.from(`${text} `)) })).toBe(false);
        expect(verifyInclusion({ ...claim, index: (claim.index + 1) % claim.size })).toBe(false);
      }
    }
  });

  it("is refused for another tenant's event, for nobody's and for one that has no place", async () => {
    const [foreign] = await log.all({ tenant: "bravo", limit: 50 });
    await expect(proveEvent(log.owner(), { tenant: "acme", id: foreign?.id })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    await expect(proveEvent(log.owner(), { id: newId() })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(proveEvent(log.owner(), { id: foreign?.id })).rejects.toMatchObject({
      code: "INVALID_STATE",
    });
  });
});

describe("an export", () => {
  it("holds the exact bytes of every event of the query, and is an event itself that it does not hold", async () => {
    const raw = { tenant: "acme", action: "key.*", actor: ADA_EMAIL };
    const expected = (await log.all(raw)).map(({ id }) => id);
    const found = await texts(await exportEvents(log.owner(), raw));
    const rows = await log.t.superuser`SELECT id, entry FROM audit_event`;
    const bytes = new Map(rows.map(({ id, entry }) => [id, entry.toString()]));
    expect(found.map((text) => (JSON.parse(text) as Line).entry?.id)).toEqual(expected);
    for (const text of found) {
      expect(text.endsWith("}\n")).toBe(true);
      expect(text).toContain(`"entry":${bytes.get((JSON.parse(text) as Line).entry?.id as string)}}`);
    }
    const [logged] = await log.all({ action: "audit.exported", limit: 1 });
    expect(logged).toMatchObject({
      tenant: "acme",
      target: { type: "audit", id: log.acme },
      actor: { id: log.ada },
    });
    const { entry } = await getEvent(log.owner(), { id: logged?.id });
    expect(JSON.parse(String(entry?.detail.query))).toMatchObject({
      actor: { any: [log.ada] },
      action: { any: expect.arrayContaining(["key.rotated"]) },
    });
    expect(entry?.detail).toMatchObject({ format: "jsonl", count: expected.length });
    expect(JSON.stringify(entry)).not.toContain("example.com");
  });

  it("goes through every page", async () => {
    await writeSome(log.t.cli, null, 3_203);
    const exported = await exportEvents(log.owner(), { tenant: "global" });
    const found = await lines(exported);
    expect(found.length).toBeGreaterThan(3_203);
    expect(found).toHaveLength(exported.count);
    expect(new Set(found.map(({ entry }) => entry?.id)).size).toBe(found.length);
    const times = found.map(({ entry }) => String(entry?.t));
    expect(times).toEqual(times.toSorted().toReversed());

    const [id, entry] = [String(found[1_550]?.entry?.id), JSON.stringify(found[1_550]?.entry)];
    const set = (bytes: string) =>
      asSuperuser(log.t, (sql) => sql`UPDATE audit_event SET entry = ${Buffer.from(bytes)} WHERE id = ${id}`);
    await set("no JSON");
    const ids = (await lines(await exportEvents(log.owner(), { tenant: "global" }))).map(
      ({ entry }) => entry?.id,
    );
    await set(entry);
    // Before them stands that the log was exported once.
    expect(ids.slice(1)).toEqual(found.map((line, n) => (n === 1_550 ? undefined : line.entry?.id)));
  }, 60_000);

  it("knows its count before, with what waits for its place, in any time", async () => {
    const everything = (await log.all({})).toReversed();
    const [first, last] = [everything[0]?.at ?? "", everything.at(-1)?.at ?? ""];
    expect(everything.some(({ leaf }) => leaf === null)).toBe(true);
    const day = 86_400_000;
    const ranges = [
      {},
      { from: new Date(Date.parse(first) - 3 * day).toISOString() },
      { to: new Date(Date.parse(last) + 3 * day).toISOString() },
      {
        from: new Date(Date.parse(first) - 3 * day).toISOString(),
        to: new Date(Date.parse(last) + 3 * day).toISOString(),
      },
      { from: everything[20]?.at },
      { from: new Date(Date.parse(first) - day).toISOString(), to: everything[30]?.at },
      { tenant: "bravo" },
      { tenant: "global" },
    ];
    for (const range of ranges) {
      for (const query of [
        "",
        "-tenant:acme",
        "tenant:acme,bravo action:key.*",
        "outcome:error",
        `actor:${log.ada}`,
      ]) {
        if (range.tenant && query.includes("tenant")) continue;
        const exported = await exportEvents(log.owner(), { query, ...range });
        expect([range, query, exported.count]).toEqual([range, query, (await lines(exported)).length]);
      }
    }
  }, 60_000);

  it("is CSV that a spreadsheet takes for text, with its count known before", async () => {
    const odd = `=HYPERLINK("x"),\r\n${"+-@"}`;
    await withOperator(log.t.cli, (tx) =>
      writeEvents(tx, { source: "cli", actor: { type: "cli", id: "=tester" }, req: "-req" }, [
        {
          action: "key.rotated",
          target: { type: "key", id: odd },
          detail: { from: 1, to: 2 },
          reason: "a,b",
        },
      ]),
    );
    const exported = await exportEvents(log.owner(), { format: "csv", query: "actor:=tester" });
    expect([exported.count, exported.format]).toEqual([1, "csv"]);
    const [head, ...rest] = (await wholeOf(exported)).split("\r\n");
    expect(head).toBe(
      "time,id,log,leaf_index,source,actor_type,actor_id,session,action,target_type,target_id,outcome,reason,request,cause,detail,entry_b64",
    );
    const row = rest.join("\r\n");
    expect(row).toContain(
      `,global,,cli,cli,'=tester,,key.rotated,key,"'=HYPERLINK(""x""),\r\n+-@",ok,"a,b",'-req,,`,
    );
    expect(row.endsWith(`,"{""from"":1,""to"":2}",\r\n`)).toBe(true);
  });

  it.each([
    "'; DROP TABLE audit_event; --",
    "') OR 1=1 --",
    "a'||pg_sleep(10)||'",
    "\\\\",
    "$1",
    '{\\"a\\"}',
  ])("takes %s for a value and finds nothing", async (evil) => {
    for (const field of ["actor", "target", "request"]) {
      const { count, bytes } = await exportEvents(log.owner(), { query: `${field}:"${evil}"` });
      expect(count).toBe(0);
      expect((await bytes[Symbol.asyncIterator]().next()).done).toBe(true);
    }
  });

  it("says of words how many there were and not which: they may name somebody", async () => {
    await exportEvents(log.owner(), { query: '"someone@example.org" -other' });
    const [logged] = await log.all({ action: "audit.exported", limit: 1 });
    const { text } = await getEvent(log.owner(), { id: logged?.id });
    expect(text).toContain('\\"words\\":2');
    expect(text).not.toContain("someone");
  });

  it("is logged also when nobody reads it, and by whom", async () => {
    const before = (await log.all({ action: "audit.exported" })).length;
    await exportEvents(cliContext(log.t), {});
    const after = await log.all({ action: "audit.exported" });
    expect(after).toHaveLength(before + 1);
    expect(after[0]).toMatchObject({ tenant: null, source: "cli", target: { id: "all" } });
  });
});

describe("an export of entries that were changed after they were logged", () => {
  const forged = '{"action":"key.rotated"}';
  const changed = {
    "bytes that are no text": Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
    "a line of its own": Buffer.from(`${forged}}\n{"leaf_index":1,"log":"acme","entry":${forged}`),
    "JSON only where it stands": Buffer.from(`${forged},"leaf_index":1`),
    "no JSON": Buffer.from("\t\t\t"),
    nothing: Buffer.alloc(0),
  };

  it.each(Object.entries(changed))("gives the bytes as such when they hold %s", async (_, bytes) => {
    const victim = (await log.all({ tenant: "acme" })).find(({ leaf }) => leaf?.index === 8);
    const id = victim?.id ?? "";
    const [row] = await log.t.superuser`SELECT entry FROM audit_event WHERE id = ${id}`;
    const set = (entry: Buffer) =>
      asSuperuser(log.t, (sql) => sql`UPDATE audit_event SET entry = ${entry} WHERE id = ${id}`);
    await set(bytes);
    const found = await lines(await exportEvents(log.owner(), { tenant: "acme" }));
    const csv = await texts(await exportEvents(log.owner(), { tenant: "acme", format: "csv" }));
    await set(row?.entry);
    const broken = found.filter(({ entry }) => entry === null);
    expect(broken).toEqual([
      { leaf_index: 8, log: "acme", entry: null, entry_b64: bytes.toString("base64") },
    ]);
    expect(csv.filter((line) => line.includes(id)).at(-1)).toBe(
      `${victim?.at},${id},acme,8,,,,,,,,,,,,,${bytes.toString("base64")}\r\n`,
    );
  });
});

describe("the names behind ids", () => {
  it("are e-mail addresses of people, and nothing for other ids", async () => {
    expect(await actorNames(log.owner(), { ids: [log.ada, log.ada, newId(), "tester"] })).toEqual({
      [log.ada]: ADA_EMAIL,
    });
    expect(await actorNames(log.owner(), { ids: [] })).toEqual({});
    await expect(actorNames(log.as("support"), { ids: [log.ada] })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
  });
});
