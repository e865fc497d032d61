import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cliContext, mintTestToken, settle } from "#keeper/testing/test-keeper.ts";
import { newId } from "#lib/domain/ids.ts";
import { makeToken } from "#lib/domain/token.ts";
import { mintOperatorToken } from "#lib/services/operator-tokens/mint-operator-token.ts";
import type { Answer, TestPlane, TestTenant } from "./test-plane.ts";
import { createTestPlane, recordPath } from "./test-plane.ts";

let plane: TestPlane;
let acme: TestTenant;
const path = recordPath("acme", "c", "r");
const JOBS = "/v1/admin/crypto/re-encrypt";

beforeAll(async () => {
  plane = await createTestPlane();
  acme = await plane.tenant("acme");
  await plane.call("PUT", path, { token: acme.token, body: { fields: { a: "1" } } });
});
afterAll(() => plane.close());

const get = (token: string, at = path) => plane.call("GET", at, { token });
const mint = (rateLimit?: number) =>
  mintTestToken(
    plane.t,
    plane.keeper,
    "acme",
    ["records:read", "records:write", "crypto:admin"],
    rateLimit === undefined ? {} : { rateLimit },
  );
/** Sends so many at once, and says how many could have been admitted by when the last was answered. */
const burst = async (count: number, rateLimit: number, send: () => Promise<Answer>) => {
  const began = performance.now();
  const answers = await Promise.all(Array.from({ length: count }, send));
  const allowed = rateLimit + ((performance.now() - began) / 1000) * rateLimit;
  const of = (status: number) => answers.filter((answer) => answer.status === status);
  expect(of(200).length + of(429).length).toBe(count);
  return { admitted: of(200), refused: of(429), allowed };
};

describe("a token with a limit", () => {
  it("is refused beyond it with LIMIT_EXCEEDED and when to try again; its neighbour is not", async () => {
    const limited = await mint(2);
    const neighbour = await mint(50);
    const { admitted, refused, allowed } = await burst(20, 2, () => get(limited.token));
    expect(admitted.length).toBeGreaterThanOrEqual(2);
    expect(admitted.length).toBeLessThanOrEqual(allowed);
    expect(refused.length).toBeGreaterThan(0);
    for (const { headers, body } of refused) {
      expect(headers["retry-after"]).toBe("1");
      expect(body.error).toEqual({
        code: "LIMIT_EXCEEDED",
        message: "This token may send 2 requests a second. Try again in a moment.",
        request_id: headers["x-request-id"],
      });
    }
    for (const token of [neighbour.token, acme.token]) expect((await get(token)).status).toBe(200);
    await sleep(1_000);
    expect((await get(limited.token)).status).toBe(200);
  });

  it("is refused before its body is read, and its connection stays usable", async () => {
    const limited = await mint(1);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const { port } = plane.app.server.address() as { port: number };
    const put = (token: string, body: string) =>
      new Promise<{ status: number | undefined; reused: boolean }>((resolve, reject) => {
        const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
        const sent = request({ agent, port, method: "PUT", path, headers }, (answer) => {
          answer.resume().on("end", () => resolve({ status: answer.statusCode, reused: sent.reusedSocket }));
        });
        sent.on("error", reject).end(body);
      });
    try {
      const large = "not json ".repeat(200_000);
      const statuses: (number | undefined)[] = [];
      for (let tries = 0; tries < 20 && statuses.at(-1) !== 429; tries += 1)
        statuses.push((await put(limited.token, large)).status);
      expect(statuses[0]).toBe(400);
      expect(statuses.at(-1)).toBe(429);
      const next = await put(acme.token, JSON.stringify({ fields: { a: "1" } }));
      expect(next).toEqual({ status: 200, reused: true });
    } finally {
      agent.destroy();
    }
  });

  it("has one limit for all that it asks for, also where it has no business", async () => {
    for (const at of [JOBS, recordPath("nobody", "c", "r")]) {
      const limited = await mint(1);
      await get(limited.token);
      const answers = await Promise.all(Array.from({ length: 10 }, () => get(limited.token, at)));
      const refused = answers.filter(({ status }) => status === 429);
      // One more may be admitted for each second that it took.
      expect(refused.length).toBeGreaterThanOrEqual(5);
    }
  });

  it("stands in the log once, and among the requests that are counted", async () => {
    const { id, token } = await mint(1);
    await burst(10, 1, () => get(token));
    await sleep(1_100);
    await burst(10, 1, () => get(token));
    await sleep(1_100);
    await burst(10, 1, () => get(token));
    const events = (await plane.events("token.limited")).filter(({ actor }) => actor === `token:${id}`);
    expect(events[0]).toEqual({ tenant: acme.tenantId, actor: `token:${id}`, detail: { rate_limit: 1 } });
    // A minute may have begun meanwhile.
    expect(events.length).toBeLessThanOrEqual(2);
    const { port } = plane.app.server.address() as { port: number };
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).toMatch(
      /^keyfold_http_request_duration_seconds_count\{method="GET",route="[^"]+:record",code="429"\} [1-9]/m,
    );
  });

  it("may be the operator's", async () => {
    const { token, prefix, hash } = await makeToken("oper");
    const tokenId = newId();
    const input = { tokenId, prefix, hash, scopes: ["crypto:admin"], days: 1, rateLimit: 1 };
    const minted = await settle(plane.t, plane.keeper, await mintOperatorToken(cliContext(plane.t), input));
    expect(minted.state).toBe("done");
    const { refused } = await burst(10, 1, () => get(token, JOBS));
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.headers["retry-after"]).toBe("1");
    expect((await plane.events("token.limited")).at(-1)).toMatchObject({
      tenant: null,
      actor: `token:${tokenId}`,
    });
  });
});

describe("a token without a limit", () => {
  it("is never refused for how often it asks", async () => {
    const { admitted } = await burst(50, 10_000, () => get(acme.token));
    expect(admitted).toHaveLength(50);
  });
});

describe("a limit in the database", () => {
  const set = (id: string, limit: number | null) =>
    plane.t.superuser.begin(async (sql) => {
      await sql`SET LOCAL session_replication_role = replica`;
      await sql`UPDATE service_token SET rate_limit = ${limit} WHERE id = ${id}`;
    });

  it("cannot be raised, taken away or given behind the keeper's back", async () => {
    const limited = await mint(5);
    const free = await mint();
    for (const limit of [5_000, null]) {
      await set(limited.id, limit);
      expect((await get(limited.token)).status).toBe(401);
    }
    await set(limited.id, 5);
    expect((await get(limited.token)).status).toBe(200);
    await set(free.id, 1);
    expect((await get(free.token)).status).toBe(401);
  });

  it("does not change without an event, and is one that there can be", async () => {
    const { id } = await mint(5);
    const to = (limit: number) =>
      plane.t.superuser`UPDATE service_token SET rate_limit = ${limit} WHERE id = ${id}`;
    await expect(to(6)).rejects.toThrow(/event/);
    for (const limit of [0, 10_001]) await expect(to(limit)).rejects.toMatchObject({ code: "23514" });
  });
});
