import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeAccessWindows } from "#keeper/sequencer/access-windows.ts";
import { cliContext } from "#keeper/testing/test-keeper.ts";
import { setAccessLog } from "#lib/services/tenants/set-access-log.ts";
import type { Answer, TestPlane, TestTenant } from "./test-plane.ts";
import { createTestPlane, recordPath } from "./test-plane.ts";

let plane: TestPlane;
let acme: TestTenant;
let other: TestTenant;

beforeAll(async () => {
  plane = await createTestPlane();
  acme = await plane.tenant("acme");
  other = await plane.tenant("other");
});
afterAll(() => plane.close());

const choose = (accessLog: string, tenant = "acme") =>
  setAccessLog(cliContext(plane.t), { tenant, accessLog });
const entries = () =>
  plane.t.superuser<{ tenant: string; req: string; detail: Record<string, unknown> }[]>`
    SELECT tenant_id AS tenant, req, convert_from(entry, 'UTF8')::jsonb -> 'detail' AS detail
    FROM audit_event WHERE action = 'data.access' ORDER BY ordinal`;
const idOf = ({ headers }: Answer) => headers["x-request-id"];

describe("a tenant that has each request logged", () => {
  it("gets an event for each, with the request's id, and the record it read", async () => {
    await choose("requests");
    const path = recordPath("acme", "c", "1");
    const put = await plane.call("PUT", path, { token: acme.token, body: { fields: { a: "1" } } });
    const reads = [
      await plane.call("GET", path, { token: acme.token }),
      await plane.call("GET", path, { token: acme.token }),
    ];
    // On record before the answer: a keeper that dies now leaves a trace of each.
    const [open] = await plane.t
      .superuser`SELECT count(*)::int AS n FROM access_window WHERE req IS NOT NULL`;
    expect(open?.n).toBe(3);
    const items = [1, 2, 3].map((n) => ({ collection: "c", record: `${n}`, fields: {} }));
    const encrypted = await plane.call("POST", "/v1/tenants/acme/encrypt", {
      token: acme.token,
      body: { items },
    });
    const foreign = recordPath("other", "c", "1");
    await plane.call("PUT", foreign, { token: other.token, body: { fields: {} } });
    await plane.call("GET", foreign, { token: other.token });
    await plane.call("GET", foreign, { token: other.token });
    await plane.access.close();
    await closeAccessWindows(plane.keeper);

    const [record] = await plane.t.superuser`SELECT id FROM record WHERE tenant_id = ${acme.tenantId}`;
    const rows = await entries();
    const mine = rows.filter(({ tenant }) => tenant === acme.tenantId);
    expect(new Set(mine.map(({ req }) => req))).toEqual(new Set([put, ...reads, encrypted].map(idOf)));
    const of = (answer: Answer) => mine.find(({ req }) => req === idOf(answer))?.detail;
    expect(of(put)).toMatchObject({ verb: "write", count: 1, failed: 0 });
    for (const read of reads) expect(of(read)).toMatchObject({ verb: "read", count: 1, record: record?.id });
    expect(of(encrypted)).toMatchObject({ verb: "encrypt", count: 3 });

    const theirs = rows.filter(({ tenant }) => tenant === other.tenantId);
    expect(theirs.map(({ detail }) => [detail.verb, detail.count, detail.record])).toEqual([
      ["write", 1, undefined],
      ["read", 2, undefined],
    ]);
  });

  it("is chosen by a change that is logged, and back again", async () => {
    await expect(choose("requests")).rejects.toMatchObject({ code: "INVALID_STATE" });
    await choose("windows");
    await expect(choose("sometimes")).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await expect(choose("requests", "nobody")).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await plane.events("tenant.access_log_changed")).map(({ detail }) => detail)).toEqual([
      { from: "windows", to: "requests" },
      { from: "requests", to: "windows" },
    ]);
  });
});
