import { randomBytes } from "node:crypto";
import type { TransactionSql } from "postgres";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { cliContext, mintTestToken, settle } from "#keeper/testing/test-keeper.ts";
import { TOKEN_TABLE, tokenPairs } from "#keeper/tokens/token-pairs.ts";
import { grantMac } from "#lib/crypto/grant-mac.ts";
import { newId } from "#lib/domain/ids.ts";
import { makeToken } from "#lib/domain/token.ts";
import { revokeToken } from "#lib/services/tokens/revoke-token.ts";
import type { TestPlane, TestTenant } from "./test-plane.ts";
import { createTestPlane, recordPath } from "./test-plane.ts";

let plane: TestPlane;
let acme: TestTenant;
const path = recordPath("acme", "c", "r");

beforeAll(async () => {
  plane = await createTestPlane();
  acme = await plane.tenant("acme");
  await plane.call("PUT", path, { token: acme.token, body: { fields: { a: "1" } } });
});
afterAll(() => plane.close());

const get = (token?: string, headers?: Record<string, string>) =>
  plane.call("GET", path, { ...(token === undefined ? {} : { token }), ...(headers ? { headers } : {}) });
/** A superuser may switch the triggers off; a MAC it cannot make. */
const behindItsBack = (run: (sql: TransactionSql) => Promise<unknown>) =>
  plane.t.superuser.begin(async (sql) => {
    await sql`SET LOCAL session_replication_role = replica`;
    await run(sql);
  });
type Made = { id: string; prefix: string; hash: Buffer; expiresAt: Date; mac: Buffer };
const insertRow = ({ id, prefix, hash, expiresAt, mac }: Made) =>
  behindItsBack(
    (sql) => sql`
      INSERT INTO service_token (tenant_id, id, prefix, hash, scopes, expires_at, rev, mac)
      VALUES (${acme.tenantId}, ${id}, ${prefix}, ${hash}, ${["records:read"]}, ${expiresAt.toISOString()}, 1, ${mac})`,
  );
const refused = (reason: string) =>
  plane.events("token.refused").then((events) => events.filter(({ detail }) => detail.reason === reason));

describe("a token", () => {
  it("is refused with one message, whatever is wrong with it", async () => {
    const stranger = (await makeToken()).token;
    const damaged = `${acme.token.slice(0, -1)}${acme.token.endsWith("0") ? "1" : "0"}`;
    const { id } = await mintTestToken(plane.t, plane.keeper, "acme", ["records:read"]);
    const imposter = await makeToken();
    await behindItsBack((sql) => sql`UPDATE service_token SET prefix = ${imposter.prefix} WHERE id = ${id}`);
    const answers = [
      await get(),
      await get(""),
      await get("nonsense"),
      await get(stranger),
      await get(damaged),
      await get(imposter.token),
      await get(undefined, { authorization: `Basic ${acme.token}` }),
      await get(undefined, { authorization: acme.token }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(answer.headers["www-authenticate"]).toBe("Bearer");
      expect(answer.body.error).toEqual({
        ...answers[0]?.body.error,
        request_id: answer.headers["x-request-id"],
      });
      expect(answer.body.error?.code).toBe("UNAUTHENTICATED");
    }
    expect((await get(acme.token)).status).toBe(200);
  });

  it("is asked for before the body is read", async () => {
    const answer = await plane.call("PUT", path, { raw: "not json" });
    expect(answer.status).toBe(401);
  });

  it("does not count when somebody else wrote its row", async () => {
    const { token, prefix, hash } = await makeToken();
    const id = newId();
    const expiresAt = new Date(Date.now() + 86_400_000);
    await insertRow({ id, prefix, hash: Buffer.from(hash, "hex"), expiresAt, mac: randomBytes(32) });
    expect((await get(token)).status).toBe(401);
    const [event] = await refused("mac");
    expect(event).toEqual({ tenant: acme.tenantId, actor: `token:${id}`, detail: { reason: "mac" } });
  });

  it("cannot be given more scopes or a longer life behind the keeper's back", async () => {
    const { id, token } = await mintTestToken(plane.t, plane.keeper, "acme", ["records:read"]);
    const alter = (change: string) =>
      behindItsBack((sql) => sql.unsafe(`UPDATE service_token SET ${change} WHERE id = '${id}'`));
    await alter("scopes = '{records:read,records:write}'");
    expect((await get(token)).status).toBe(401);
    await alter("scopes = '{records:read}'");
    expect((await get(token)).status).toBe(200);
    await alter("expires_at = expires_at + interval '1 year'");
    expect((await get(token)).status).toBe(401);
  });

  it("ends when it is revoked, also when the row before that is put back", async () => {
    const { id, token } = await mintTestToken(plane.t, plane.keeper, "acme", ["records:read"]);
    expect((await get(token)).status).toBe(200);
    const [before] = await plane.t.superuser`SELECT rev, mac FROM service_token WHERE id = ${id}`;
    await settle(
      plane.t,
      plane.keeper,
      await revokeToken(cliContext(plane.t), { tenant: "acme", tokenId: id }),
    );
    expect((await get(token)).status).toBe(401);
    expect((await refused("revoked"))[0]?.actor).toBe(`token:${id}`);
    await behindItsBack(
      (sql) => sql`
        UPDATE service_token SET revoked_at = NULL, rev = ${before?.rev}, mac = ${before?.mac} WHERE id = ${id}`,
    );
    await vi.waitFor(async () => {
      // Events about one token are written at most once a second.
      expect((await get(token)).status).toBe(401);
      expect((await refused("rev"))[0]?.actor).toBe(`token:${id}`);
    }, 5_000);
  });

  it("ends when it expires", async () => {
    const make = async (expiresAt: Date) => {
      const { token, prefix, hash } = await makeToken();
      const id = newId();
      const meaning = {
        tenant: acme.tenantId,
        id,
        prefix,
        hash,
        scopes: ["records:read"],
        rateLimit: null,
        expiresAt: expiresAt.toISOString(),
        revokedAt: null,
        rev: 1,
      };
      const mac = grantMac(plane.keeper.keyring, TOKEN_TABLE, tokenPairs(meaning));
      await insertRow({ id, prefix, hash: Buffer.from(hash, "hex"), expiresAt, mac });
      return token;
    };
    expect((await get(await make(new Date(Date.now() + 60_000)))).status).toBe(200);
    expect((await get(await make(new Date(Date.now() - 1_000)))).status).toBe(401);
    expect(await refused("expired")).toHaveLength(1);
  });

  it("may do what its scopes say", async () => {
    const { id, token } = await mintTestToken(plane.t, plane.keeper, "acme", ["records:write"]);
    const put = await plane.call("PUT", path, { token, body: { fields: { a: "2" } } });
    expect(put.status).toBe(200);
    for (const denied of [await get(token), await plane.call("GET", `${path}?form=envelope`, { token })]) {
      expect(denied).toMatchObject({ status: 403, body: { error: { code: "FORBIDDEN" } } });
    }
    const events = (await plane.events("access.denied")).filter(({ actor }) => actor === `token:${id}`);
    // One in a second: another may have begun between the two.
    const of = (permission: string) => ({
      tenant: acme.tenantId,
      actor: `token:${id}`,
      detail: { permission },
    });
    expect([[of("records:read")], [of("records:read"), of("records:export")]]).toContainEqual(events);

    const reader = await mintTestToken(plane.t, plane.keeper, "acme", ["records:read"]);
    for (const [method, at] of [
      ["PUT", path],
      ["DELETE", path],
      ["POST", "/v1/tenants/acme/records"],
      ["GET", `${path}?form=envelope`],
    ] as const) {
      const answer = await plane.call(method, at, {
        token: reader.token,
        ...(method === "GET" ? {} : { body: { fields: {}, records: [] } }),
      });
      expect(answer.status).toBe(403);
    }
    expect((await get(reader.token)).status).toBe(200);
  });

  it("of another tenant leaves a trace in its own tenant's log", async () => {
    const other = await plane.tenant("other");
    const foreign = await get(other.token);
    const missing = await plane.call("GET", recordPath("nobody", "c", "r"), { token: other.token });
    for (const { status, body } of [foreign, missing]) {
      expect(status).toBe(404);
      expect(body.error).toMatchObject({ code: "NOT_FOUND", message: "There is no such tenant." });
    }
    const events = await plane.events("access.denied");
    expect(events.at(-1)).toEqual({
      tenant: other.tenantId,
      actor: `token:${other.tokenId}`,
      detail: { permission: "records:read" },
    });
  });

  it("is marked as used, in steps of five minutes", async () => {
    const used = async () =>
      (
        await plane.t.superuser`SELECT last_used_at::text AS at FROM service_token WHERE id = ${acme.tokenId}`
      )[0]?.at;
    const first = await used();
    expect(first).not.toBeNull();
    await get(acme.token);
    expect(await used()).toBe(first);
    await plane.t.superuser`
      UPDATE service_token SET last_used_at = now() - interval '6 minutes' WHERE id = ${acme.tokenId}`;
    await get(acme.token);
    expect(await used()).not.toBe(first);
  });
});
