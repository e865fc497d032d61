import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { connect } from "#db/client.ts";
import { createCuttableWay } from "#db/testing/cuttable-way.ts";
import { createApp } from "#keeper/server/create-app.ts";
import { startServer } from "#keeper/server/start.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { TestPlane, TestTenant } from "./test-plane.ts";
import { createTestPlane, recordPath } from "./test-plane.ts";

let plane: TestPlane;
let acme: TestTenant;

beforeAll(async () => {
  plane = await createTestPlane();
  acme = await plane.tenant("acme");
});
afterAll(() => plane.close());

describe("GET /health/crypto", () => {
  it("answers what D28 says, to the letter, after a round trip", async () => {
    const answer = await plane.call("GET", "/health/crypto");
    expect(answer.status).toBe(200);
    expect(answer.text).toBe(
      '{"status":"healthy","provider":"local","key_version":1,"dual_key_mode":false,"checks":{"key_valid":true,"round_trip":true}}',
    );
  });

  it("is 503 with the same keys when the key does not answer", async () => {
    const keeper = {
      ...plane.keeper,
      kms: (id: string) => ({
        ...plane.keeper.kms(id),
        wrap: async () => {
          throw new DomainError("KMS_UNAVAILABLE", "away");
        },
      }),
    };
    const app = createApp({ keeper, access: plane.access, failures: plane.failures, crypto: plane.crypto });
    const answer = await app.inject("/health/crypto");
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({
      status: "unhealthy",
      provider: "local",
      key_version: 1,
      dual_key_mode: false,
      checks: { key_valid: true, round_trip: false },
    });
    await app.close();
  });

  it("asks the KMS once, however often it is asked", async () => {
    const describe = vi.fn(plane.keeper.kms(plane.keeper.platform.id).describe);
    const keeper = { ...plane.keeper, kms: (id: string) => ({ ...plane.keeper.kms(id), describe }) };
    const app = createApp({ keeper, access: plane.access, failures: plane.failures, crypto: plane.crypto });
    await Promise.all(Array.from({ length: 20 }, () => app.inject("/health/crypto")));
    expect(describe).toHaveBeenCalledTimes(1);
    await app.close();
  });
});

describe("a database that goes away", () => {
  it("is UNAVAILABLE and not ready meanwhile, and is used again when it is back", async () => {
    const way = await createCuttableWay(plane.t.urls.keeper);
    const db = connect(way.url, { max: 4 });
    const served = await startServer({ ...plane.keeper, db }, { port: 0 });
    const fetchAt = (path: string, init: RequestInit = {}) =>
      fetch(`${served.url}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${acme.token}`, "content-type": "application/json" },
      });
    const path = recordPath("acme", "c", "away");
    const put = () => fetchAt(path, { method: "PUT", body: '{"fields":{"a":"1"}}' });
    try {
      expect((await put()).status).toBe(201);
      expect((await fetchAt("/readyz")).status).toBe(200);
      await way.cut();
      const away = await put();
      expect(away.status).toBe(503);
      expect(await away.json()).toMatchObject({ error: { code: "UNAVAILABLE" } });
      expect((await fetchAt("/readyz")).status).toBe(503);
      expect((await fetchAt("/healthz")).status).toBe(200);
      await way.mend();
      await vi.waitFor(async () => expect((await fetchAt("/readyz")).status).toBe(200), 10_000);
      expect((await put()).status).toBe(200);
      expect(await (await fetchAt(path)).json()).toEqual({ fields: { a: "1" } });
    } finally {
      await served.close();
      // A connection that was lost and not used since would be waited for.
      await db.sql.end({ timeout: 0 });
      await way.cut();
    }
  });
});

describe("the server", () => {
  it("finishes what it has begun when it closes, and takes nothing new", async () => {
    const served = await startServer(plane.keeper, { port: 0 });
    const path = recordPath("acme", "c", "closing");
    const put = () =>
      fetch(`${served.url}${path}`, {
        method: "PUT",
        headers: { authorization: `Bearer ${acme.token}`, "content-type": "application/json" },
        body: JSON.stringify({ fields: { a: "x".repeat(1_000_000) } }),
      });
    expect((await put()).status).toBe(201);
    const waiting = async () =>
      (
        await plane.t.superuser`
          SELECT count(*)::int AS n FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`
      )[0]?.n;
    let started = 0;
    const { begun, closing } = await plane.t.superuser.begin(async (sql) => {
      // Whoever writes the record now waits for us, in the middle of a request.
      await sql`SELECT FROM record WHERE record = 'closing' FOR UPDATE`;
      const begun = Array.from({ length: 5 }, put);
      await vi.waitFor(async () => expect(await waiting()).toBe(5), 5_000);
      started = performance.now();
      return { begun, closing: served.close() };
    });
    expect((await Promise.all(begun)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    await closing;
    expect(performance.now() - started).toBeLessThan(4_000);
    await expect(put()).rejects.toThrow();
    const [open] = await plane.t.superuser`
      SELECT count(*)::int AS n FROM access_window WHERE ended_at IS NULL AND verb = 'write' AND count > 0`;
    expect(open?.n).toBe(0);
  });

  it("says in a sentence that its port is in use", async () => {
    const served = await startServer(plane.keeper, { port: 0 });
    const port = Number(new URL(served.url).port);
    await expect(startServer(plane.keeper, { port })).rejects.toThrow(`Port ${port} is in use`);
    await served.close();
  });

  it("logs neither bodies nor tokens nor ids of records", async () => {
    const lines: string[] = [];
    const log = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
    const app = createApp({
      keeper: { ...plane.keeper, log },
      access: plane.access,
      failures: plane.failures,
      crypto: plane.crypto,
    });
    const path = recordPath("acme", "SECRET-COLLECTION", "SECRET-RECORD");
    const headers = { authorization: `Bearer ${acme.token}`, "content-type": "application/json" };
    const answers = [
      await app.inject({ method: "PUT", url: path, headers, payload: '{"fields":{"a":"SECRET-VALUE"}}' }),
      await app.inject({ method: "PUT", url: path, headers, payload: '{"fields":{"a":"SECRET-VALUE' }),
      await app.inject({ method: "GET", url: `${path}%zz`, headers }),
      await app.inject({ method: "GET", url: path, headers }),
    ];
    await app.close();
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([201, 400, 400, 200]);
    expect(lines.join("")).toContain(answers[0]?.headers["x-request-id"]);
    expect(lines.join("")).toContain("/v1/tenants/:tenant/records/:collection/:record");
    expect(lines.join("")).not.toContain("SECRET");
    expect(lines.join("")).not.toContain(acme.token);
  });

  it("answers an error that nobody foresaw with INTERNAL and no detail", async () => {
    const access = { ...plane.access, enter: () => Promise.reject(new TypeError("inner SECRET")) };
    const app = createApp({ keeper: plane.keeper, access, failures: plane.failures, crypto: plane.crypto });
    const answer = await app.inject({
      method: "PUT",
      url: recordPath("acme", "c", "r"),
      headers: { authorization: `Bearer ${acme.token}` },
      payload: { fields: { a: "1" } },
    });
    expect(answer.statusCode).toBe(500);
    expect(answer.json().error.code).toBe("INTERNAL");
    expect(answer.body).not.toContain("SECRET");
    await app.close();
  });
});
