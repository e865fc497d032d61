import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startRewraps } from "#keeper/rewrap/start.ts";
import {
  cliContext,
  mintTestOperatorToken,
  mintTestToken,
  rotate,
  settle,
} from "#keeper/testing/test-keeper.ts";
import { newId } from "#lib/domain/ids.ts";
import { makeToken } from "#lib/domain/token.ts";
import { compromiseVersion } from "#lib/services/keys/compromise-version.ts";
import { revokeOperatorToken } from "#lib/services/operator-tokens/revoke-operator-token.ts";
import type { TestPlane, TestTenant } from "./test-plane.ts";
import { createTestPlane, recordPath } from "./test-plane.ts";

let plane: TestPlane;
let acme: TestTenant;
let other: TestTenant;
let admin: string;
let operator: { id: string; token: string };
let rewraps: { close(): Promise<void> };
const PATH = "/v1/admin/crypto/re-encrypt";

const mintOperator = () => mintTestOperatorToken(plane.t, plane.keeper, ["crypto:admin"]);

beforeAll(async () => {
  plane = await createTestPlane();
  acme = await plane.tenant("acme");
  other = await plane.tenant("other");
  admin = (await mintTestToken(plane.t, plane.keeper, "acme", ["crypto:admin"])).token;
  operator = await mintOperator();
  rewraps = await startRewraps(plane.keeper, { pollMs: 50 });
});
afterAll(async () => {
  await rewraps.close();
  await plane.close();
});

const post = (token: string | undefined, body: unknown = {}) =>
  plane.call("POST", PATH, { ...(token === undefined ? {} : { token }), body });
const get = (token: string, query = "") => plane.call("GET", `${PATH}${query}`, { token });
const jobsOf = ({ body }: { body: Record<string, unknown> }) => body.jobs as Record<string, unknown>[];
const ended = (token: string, query: string) =>
  vi.waitFor(async () => {
    const jobs = jobsOf(await get(token, query));
    expect(jobs.every(({ status }) => status === "completed")).toBe(true);
    return jobs;
  }, 15_000);

describe("POST and GET /v1/admin/crypto/re-encrypt", () => {
  it("starts a job for each key and reports it until it is complete", async () => {
    for (const record of ["1", "2", "3"])
      await plane.call("PUT", recordPath("acme", "c", record), {
        token: acme.token,
        body: { fields: { a: record } },
      });
    await rotate(plane.t, plane.keeper, "acme");
    const started = await post(admin, { tenant: "acme", mode: "rewrap" });
    expect(started.status).toBe(202);
    expect(Object.keys(started.body)).toEqual(["jobs"]);
    expect(jobsOf(started)).toHaveLength(1);
    expect(Object.keys(jobsOf(started)[0] ?? {})).toEqual([
      "id",
      "tenant",
      "key",
      "mode",
      "status",
      "total",
      "processed",
      "failed",
      "percent",
      "rate_per_second",
      "eta_seconds",
      "started_at",
      "completed_at",
    ]);
    expect(jobsOf(started)[0]).toMatchObject({ tenant: "acme", key: "default", mode: "rewrap" });
    const [done] = await ended(admin, "?tenant=acme");
    expect(done).toMatchObject({ total: 3, processed: 3, failed: 0, percent: 100 });
    const read = await plane.call("GET", recordPath("acme", "c", "2"), { token: acme.token });
    expect(read.body.fields).toEqual({ a: "2" });
  });

  it("is told in the log by the token that asked", async () => {
    const [event] = await plane.events("rewrap.started");
    expect(event).toMatchObject({ tenant: acme.tenantId, actor: expect.stringMatching(/^token:/) });
  });

  it("refuses a key whose job has not ended", async () => {
    await rewraps.close();
    expect((await post(admin, { tenant: "acme" })).status).toBe(202);
    expect(await post(admin, { tenant: "acme" })).toMatchObject({
      status: 409,
      body: { error: { code: "CONFLICT" } },
    });
    rewraps = await startRewraps(plane.keeper, { pollMs: 50 });
    await ended(admin, "?tenant=acme");
  });

  it("lets only the operator leave the tenant out", async () => {
    expect(await post(admin)).toMatchObject({ status: 400, body: { error: { code: "INVALID_INPUT" } } });
    expect(await get(admin)).toMatchObject({ status: 400, body: { error: { code: "INVALID_INPUT" } } });
    const started = await post(operator.token);
    expect(started.status).toBe(202);
    expect(jobsOf(started).map(({ tenant }) => tenant)).toEqual(["acme", "other"]);
    await ended(operator.token, "");
    const one = await post(operator.token, { tenant: "other" });
    expect(jobsOf(one).map(({ tenant }) => tenant)).toEqual(["other"]);
    const listed = jobsOf(await ended(operator.token, "?tenant=other").then((jobs) => ({ body: { jobs } })));
    expect(new Set(listed.map(({ tenant }) => tenant))).toEqual(new Set(["other"]));
  });

  it("starts what can be worked on beside a key that cannot be, and says why when that was all", async () => {
    // Before the others in the order of slugs.
    const harmed = await plane.tenant("a-compromised");
    await plane.call("PUT", recordPath(harmed.slug, "c", "1"), {
      token: harmed.token,
      body: { fields: { a: "1" } },
    });
    const asked = { tenant: harmed.slug, key: "default", version: 1, reason: "its KEK was seen in a dump" };
    await settle(plane.t, plane.keeper, await compromiseVersion(cliContext(plane.t), asked));
    const started = await post(operator.token, { mode: "rewrap" });
    expect(started.status).toBe(202);
    expect(jobsOf(started).map(({ tenant }) => tenant)).toEqual(["acme", "other"]);
    expect(await post(operator.token, { tenant: harmed.slug, mode: "rewrap" })).toMatchObject({
      status: 409,
      body: { error: { code: "INVALID_STATE", message: expect.stringContaining("re-encrypt") } },
    });
    await ended(operator.token, "");
  });

  it("keeps a tenant's token to its tenant", async () => {
    for (const tenant of ["other", "nobody", "No Slug"]) {
      expect((await post(admin, { tenant })).body.error?.code).toBe("NOT_FOUND");
      expect((await get(admin, `?tenant=${encodeURIComponent(tenant)}`)).body.error?.code).toBe("NOT_FOUND");
    }
    expect((await post(operator.token, { tenant: "nobody" })).status).toBe(404);
    expect(other.tenantId).not.toBe(acme.tenantId);
  });

  it("needs the scope crypto:admin", async () => {
    expect((await post(undefined)).status).toBe(401);
    expect((await post("nonsense")).status).toBe(401);
    expect(await post(acme.token, { tenant: "acme" })).toMatchObject({
      status: 403,
      body: { error: { code: "FORBIDDEN" } },
    });
  });

  it("refuses a body it does not understand", async () => {
    for (const body of [{ mode: "shred" }, { tenant: 7 }, [], { tenant: "acme", more: 1 }])
      expect((await post(operator.token, body)).body.error?.code, JSON.stringify(body)).toBe("INVALID_INPUT");
    expect((await get(operator.token, "?more=1")).body.error?.code).toBe("INVALID_INPUT");
  });

  it("is KEY_MISSING for a tenant without a key that is enabled", async () => {
    const tenant = await plane.tenant("keyless");
    await plane.t.superuser.begin(async (sql) => {
      await sql`SET LOCAL session_replication_role = replica`;
      await sql`UPDATE key SET status = 'suspended' WHERE id = ${tenant.keyId}`;
    });
    expect((await post(operator.token, { tenant: "keyless" })).body.error?.code).toBe("KEY_MISSING");
  });
});

describe("an operator's token", () => {
  it("opens no tenant's data", async () => {
    for (const [method, path] of [
      ["GET", recordPath("acme", "c", "1")],
      ["POST", "/v1/tenants/acme/encrypt"],
    ] as const)
      expect((await plane.call(method, path, { token: operator.token })).status).toBe(401);
  });

  it("does not count when somebody else wrote its row", async () => {
    const { token, prefix, hash } = await makeToken("oper");
    const id = newId();
    await plane.t.superuser.begin(async (sql) => {
      await sql`SET LOCAL session_replication_role = replica`;
      await sql`
        INSERT INTO operator_token (id, prefix, hash, scopes, expires_at, rev, mac)
        VALUES (${id}, ${prefix}, ${Buffer.from(hash, "hex")}, ${["crypto:admin"]}, now() + interval '1 day', 1, ${randomBytes(32)})`;
    });
    expect((await post(token)).status).toBe(401);
    const refused = (await plane.events("token.refused")).filter(({ actor }) => actor === `token:${id}`);
    expect(refused).toEqual([{ tenant: null, actor: `token:${id}`, detail: { reason: "mac" } }]);
  });

  it("ends when it is revoked, also when the row before that is put back", async () => {
    const { id, token } = await mintOperator();
    expect((await get(token)).status).toBe(200);
    const [before] = await plane.t.superuser`SELECT rev, mac FROM operator_token WHERE id = ${id}`;
    const revoke = async () =>
      settle(plane.t, plane.keeper, await revokeOperatorToken(cliContext(plane.t), { tokenId: id }));
    expect((await revoke()).state).toBe("done");
    expect((await get(token)).status).toBe(401);
    await expect(revoke()).rejects.toMatchObject({ code: "INVALID_STATE" });
    await plane.t.superuser.begin(async (sql) => {
      await sql`SET LOCAL session_replication_role = replica`;
      await sql`UPDATE operator_token SET revoked_at = NULL, rev = ${before?.rev}, mac = ${before?.mac} WHERE id = ${id}`;
    });
    expect((await get(token)).status).toBe(401);
  });

  it("is minted and ended by events of no tenant", async () => {
    const minted = (await plane.events("token.minted")).filter(({ tenant }) => tenant === null);
    expect(minted[0]?.detail).toMatchObject({ scopes: ["crypto:admin"], rev: 1 });
    expect((await plane.events("token.revoked")).filter(({ tenant }) => tenant === null)).toHaveLength(1);
  });
});

describe("an operation of no tenant", () => {
  it("is refused by the database unless its kind is the operator's own", async () => {
    const insert = (kind: string, tenant: string | null) =>
      plane.t.keeper.sql.begin(async (sql) => {
        await sql`SELECT set_config('role', ${`${plane.t.keeper.login}_tenant`}, true),
          set_config('app.tenant_id', ${acme.tenantId}, true)`;
        await sql`
          INSERT INTO operation (id, tenant_id, kind, input, actor_type, actor_id, req, event_id)
          VALUES (${newId()}, ${tenant}, ${kind}, '{}', 'person', 'x', 'req_x', ${newId()})`;
      });
    await expect(insert("mint-operator-token", acme.tenantId)).rejects.toMatchObject({ code: "KF010" });
    await expect(insert("rotate-key", null)).rejects.toThrow();
  });
});
