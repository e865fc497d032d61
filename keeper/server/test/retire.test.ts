import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { withTenant } from "#db/tenant-tx.ts";
import { startOperations } from "#keeper/operations/start.ts";
import { startRewraps } from "#keeper/rewrap/start.ts";
import {
  cliContext,
  makeTenantWithKey,
  mintTestOperatorToken,
  mintTestToken,
  rotate,
  settle,
} from "#keeper/testing/test-keeper.ts";
import { sealToken } from "#keeper/tokens/seal-token.ts";
import { newId } from "#lib/domain/ids.ts";
import { makeToken } from "#lib/domain/token.ts";
import { getVersion } from "#lib/services/keys/get-version.ts";
import { startRewrap } from "#lib/services/rewrap/start-rewrap.ts";
import { mintToken } from "#lib/services/tokens/mint-token.ts";
import type { Answer, TestPlane, TestTenant } from "./test-plane.ts";
import { createTestPlane, recordPath } from "./test-plane.ts";

const PATH = "/v1/admin/crypto/retire";
let plane: TestPlane;
let operator: { id: string; token: string };
let tenant: TestTenant;
let tenants = 0;

beforeAll(async () => {
  plane = await createTestPlane();
  operator = await mintTestOperatorToken(plane.t, plane.keeper, ["keys:retire"]);
});
beforeEach(async () => {
  plane.keeper.backupSeconds = 0;
  tenant = await plane.tenant(`retired-${(tenants += 1)}`);
});
afterAll(() => plane.close());

const post = (body: unknown, token: string | undefined = operator.token) =>
  plane.call("POST", PATH, { token, body });
const look = (query: Record<string, string>, token = operator.token) =>
  plane.call("GET", `${PATH}?${new URLSearchParams(query)}`, { token });
const codeOf = ({ status, body }: Answer) => [status, body.error?.code];
/** Asks while a keeper takes operations. */
const retire = async (change: Record<string, unknown> = {}): Promise<Answer> => {
  const operations = startOperations(plane.keeper);
  try {
    return await post({ tenant: tenant.slug, version: 1, ...change });
  } finally {
    await operations.close();
  }
};
const standing = async (version = 1) => {
  const { status, body } = await look({ tenant: tenant.slug, version: String(version) });
  expect(status).toBe(200);
  const holds = body.holds as { code: string; sentence: string }[];
  return { state: body.state, codes: holds.map(({ code }) => code), holds };
};
const bulk = async (verb: string, item: unknown) => {
  const path = `/v1/tenants/${tenant.slug}/${verb}`;
  const { body } = await plane.call("POST", path, { token: tenant.token, body: { items: [item] } });
  return body.results?.[0] as unknown as {
    wrapped_dek: string;
    fields: Record<string, string>;
    error?: unknown;
  };
};
const place = { collection: "c", record: "r" };
const encrypt = () => bulk("encrypt", { ...place, fields: { a: "YQ==" } });
const put = () =>
  plane.call("PUT", recordPath(tenant.slug, "c", "r"), { token: tenant.token, body: { fields: { a: "1" } } });
const ownEvents = async (action: string) =>
  (await plane.events(action)).filter((event) => event.tenant === tenant.tenantId);

describe("a program that rotates", () => {
  it("retires the old version at the end: records moved, wraps rewrapped, the rest attested", async () => {
    const admin = (await mintTestToken(plane.t, plane.keeper, tenant.slug, ["crypto:admin"])).token;
    await put();
    const [kept, lost] = [await encrypt(), await encrypt()];
    await rotate(plane.t, plane.keeper, tenant.slug);
    expect((await standing()).codes).toEqual(["deks", "issued"]);

    const rewraps = await startRewraps(plane.keeper, { pollMs: 50 });
    const jobs = "/v1/admin/crypto/re-encrypt";
    await plane.call("POST", jobs, { token: admin, body: { tenant: tenant.slug, mode: "rewrap" } });
    await vi.waitFor(async () => {
      const { body } = await plane.call("GET", `${jobs}?tenant=${tenant.slug}`, { token: admin });
      expect(body.jobs).toMatchObject([{ status: "completed" }]);
    }, 30_000);
    await rewraps.close();
    await bulk("rewrap", { wrapped_dek: kept.wrapped_dek });
    expect((await standing()).codes).toEqual(["issued"]);
    const attested = { token: admin, body: { version: 1, issued: 1 } };
    expect((await plane.call("POST", `/v1/tenants/${tenant.slug}/attest`, attested)).status).toBe(200);
    expect(await standing()).toEqual({ state: "deactivated", codes: [], holds: [] });

    const named = { key_id: tenant.keyId, key_version: 1 };
    const done = await retire();
    expect([done.status, done.body]).toEqual([200, { ...named, state: "destroyed" }]);
    for (const { wrapped_dek, fields } of [kept, lost])
      expect(await bulk("decrypt", { ...place, wrapped_dek, fields })).toMatchObject({
        error: { code: "VERSION_RETIRED" },
      });
    expect((await plane.call("GET", recordPath(tenant.slug, "c", "r"), { token: tenant.token })).status).toBe(
      200,
    );

    const again = await retire();
    expect(codeOf(again)).toEqual([410, "VERSION_RETIRED"]);
    expect((await look({ tenant: tenant.slug, version: "1" })).body).toEqual({
      ...named,
      state: "destroyed",
      holds: [],
    });
    expect(await ownEvents("key_version.retire_requested")).toEqual([
      {
        tenant: tenant.tenantId,
        actor: `token:${operator.id}`,
        detail: { operation: expect.any(String), version: 1 },
      },
    ]);
    const { transitions } = await getVersion(cliContext(plane.t), {
      tenant: tenant.slug,
      key: "default",
      v: "1",
    });
    expect(transitions.at(-1)).toMatchObject({
      to: "destroyed",
      actor: { type: "token", id: operator.id },
    });
  }, 60_000);

  it("may say why, and the log repeats it", async () => {
    await rotate(plane.t, plane.keeper, tenant.slug);
    const reason = "moved by the nightly rotation";
    expect((await retire({ reason })).status).toBe(200);
    expect(await ownEvents("key_version.retire_requested")).toMatchObject([{ detail: { reason } }]);
  });

  it("is told of one that comes at the same time: the version is destroyed once", async () => {
    await rotate(plane.t, plane.keeper, tenant.slug);
    const answers = await Promise.all([retire(), retire()]);
    const codes = answers.map(codeOf).toSorted();
    expect(codes[0]).toEqual([200, undefined]);
    expect([
      [409, "CONFLICT"],
      [410, "VERSION_RETIRED"],
    ]).toContainEqual(codes[1]);
    const destroyed = (await ownEvents("key_version.state_changed")).filter(
      ({ detail }) => detail.to === "destroyed",
    );
    expect(destroyed).toHaveLength(1);
  });

  it("gets the operation's id when no keeper has done it in time, and sees later that it was", async () => {
    await rotate(plane.t, plane.keeper, tenant.slug);
    const real = performance.now.bind(performance);
    let later = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => real() + later);
    const asking = post({ tenant: tenant.slug, version: 1 });
    await vi.waitFor(async () => expect(await ownEvents("key_version.retire_requested")).toHaveLength(1));
    later = 60_000;
    const { status, body } = await asking;
    clock.mockRestore();
    expect([status, body]).toEqual([
      202,
      { key_id: tenant.keyId, key_version: 1, operation: expect.any(String) },
    ]);
    expect((await standing()).state).toBe("deactivated");
    const operationId = String(body.operation);
    expect(await settle(plane.t, plane.keeper, { result: null, operationId })).toMatchObject({
      state: "done",
    });
    expect((await standing()).state).toBe("destroyed");
  });
});

describe("a version that something holds", () => {
  const refused = async (code: string, holds: string[], said: string | RegExp) => {
    const before = await standing();
    expect(before.codes).toEqual(holds);
    const answer = await retire();
    expect(codeOf(answer)).toEqual([409, code]);
    expect(answer.body.error?.message).toMatch(said);
    for (const { sentence } of before.holds) expect(answer.body.error?.message).toContain(sentence);
    expect(answer.body.error?.message.includes("two people")).toBe(code === "APPROVAL_REQUIRED");
    expect((await standing()).state).toBe(before.state);
  };

  it("is INVALID_STATE while it is active and current", async () => {
    await refused("INVALID_STATE", ["state", "current"], "rotate the key first");
  });

  it("is APPROVAL_REQUIRED for DEKs under it", async () => {
    await put();
    await rotate(plane.t, plane.keeper, tenant.slug);
    await refused("APPROVAL_REQUIRED", ["deks"], "1 DEK stands under it");
  });

  it("is APPROVAL_REQUIRED for wraps that left", async () => {
    await encrypt();
    await rotate(plane.t, plane.keeper, tenant.slug);
    await refused("APPROVAL_REQUIRED", ["issued"], "1 wrap has left Keyfold under it");
  });

  it("is APPROVAL_REQUIRED for backups that nobody told of, and for those that still run", async () => {
    await rotate(plane.t, plane.keeper, tenant.slug);
    plane.keeper.backupSeconds = null;
    await refused("APPROVAL_REQUIRED", ["backup_unknown"], "KEYFOLD_BACKUP_RETENTION");
    plane.keeper.backupSeconds = 3600;
    await refused("APPROVAL_REQUIRED", ["backup_running"], /expire on \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
  });

  it("is INVALID_STATE for what ends only by itself, whatever else holds it", async () => {
    await put();
    await encrypt();
    await rotate(plane.t, plane.keeper, tenant.slug);
    await startRewrap(cliContext(plane.t), { tenant: tenant.slug, key: "default", mode: "rewrap" });
    plane.keeper.backupSeconds = null;
    await refused("INVALID_STATE", ["deks", "job", "issued", "backup_unknown"], "has not ended");
  });
});

describe("who may retire over HTTP", () => {
  const body = () => ({ tenant: tenant.slug, version: 1 });
  const both = async (token: string) => [
    codeOf(await post(body(), token)),
    codeOf(await look({ tenant: tenant.slug, version: "1" }, token)),
  ];
  const twice = <T>(value: T): T[] => [value, value];

  it("is nobody without a valid token", async () => {
    expect(codeOf(await plane.call("POST", PATH, { body: body() }))).toEqual([401, "UNAUTHENTICATED"]);
    expect(await both("nonsense")).toEqual(twice([401, "UNAUTHENTICATED"]));
  });

  it("is no tenant's token, whatever it may", async () => {
    const admin = await mintTestToken(plane.t, plane.keeper, tenant.slug, ["crypto:admin"]);
    for (const token of [tenant.token, admin.token])
      expect(await both(token)).toEqual(twice([403, "FORBIDDEN"]));
    expect(await ownEvents("access.denied")).toContainEqual(
      expect.objectContaining({
        actor: `token:${admin.id}`,
        detail: expect.objectContaining({ permission: "keys:retire" }),
      }),
    );
    const { prefix, hash } = await makeToken();
    const asked = {
      tenant: tenant.slug,
      tokenId: newId(),
      prefix,
      hash,
      scopes: ["keys:retire"],
      days: 1,
    };
    await expect(mintToken(cliContext(plane.t), asked)).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });

  it("is no tenant's token with the scope in its row, not even under a keeper's MAC", async () => {
    const { id, token } = await mintTestToken(plane.t, plane.keeper, tenant.slug, ["crypto:admin"]);
    const scopes = ["crypto:admin", "keys:retire"];
    const forge = (change: Record<string, unknown>) =>
      plane.t.superuser.begin(async (sql) => {
        await sql`SET LOCAL session_replication_role = replica`;
        await sql`UPDATE service_token SET ${sql(change)} WHERE id = ${id}`;
      });
    await forge({ scopes });
    expect(await both(token)).toEqual(twice([401, "UNAUTHENTICATED"]));
    const [row] = await plane.t.superuser`
      SELECT prefix, hash, to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "expiresAt", rev
      FROM service_token WHERE id = ${id}`;
    const { prefix, hash, expiresAt, rev } = row as {
      prefix: string;
      hash: Uint8Array;
      expiresAt: string;
      rev: number;
    };
    const meaning = { id, prefix, hash, scopes, rateLimit: null, expiresAt, revokedAt: null, rev };
    const mac = await withTenant(plane.keeper.db, tenant.tenantId, async (tx) =>
      sealToken(plane.keeper, tx, meaning),
    );
    await forge({ mac: Buffer.from(mac) });
    // Its row counts now: what it had before works.
    const jobs = `/v1/admin/crypto/re-encrypt?tenant=${tenant.slug}`;
    expect((await plane.call("GET", jobs, { token })).status).toBe(200);
    expect(await both(token)).toEqual(twice([403, "FORBIDDEN"]));
  });

  it("is no operator's token without the scope, and the scope is for nothing else", async () => {
    const { token } = await mintTestOperatorToken(plane.t, plane.keeper, ["crypto:admin"]);
    expect(await both(token)).toEqual(twice([403, "FORBIDDEN"]));
    const jobs = "/v1/admin/crypto/re-encrypt";
    expect(codeOf(await plane.call("POST", jobs, { token: operator.token, body: {} }))).toEqual([
      403,
      "FORBIDDEN",
    ]);
    const attest = `/v1/tenants/${tenant.slug}/attest?version=1`;
    expect((await plane.call("GET", attest, { token: operator.token })).status).toBe(401);
  });

  it("is not a console that writes the intent in a token's name", async () => {
    await rotate(plane.t, plane.keeper, tenant.slug);
    const id = newId();
    await plane.t.superuser.begin(async (sql) => {
      await sql`SET LOCAL session_replication_role = replica`;
      await sql`
        INSERT INTO operation (id, tenant_id, kind, input, source, actor_type, actor_id, req, event_id)
        VALUES (${id}, ${tenant.tenantId}, 'retire-version',
                ${JSON.stringify({ keyId: tenant.keyId, version: 1, expectedRev: 2 })}::text::jsonb,
                'console', 'token', ${operator.id}, 'req_x', ${newId()})`;
    });
    const view = await settle(plane.t, plane.keeper, { result: null, operationId: id });
    expect(view).toMatchObject({ state: "failed", error: { code: "FORBIDDEN" } });
    expect((await standing()).state).toBe("deactivated");
  });
});

describe("what cannot be named", () => {
  it("is NOT_FOUND: a tenant, a key, a version, and another tenant's key", async () => {
    await makeTenantWithKey(plane.t, plane.keeper, `retired-other-${tenants}`, "theirs");
    for (const change of [
      { tenant: "nobody" },
      { tenant: "No Slug" },
      { key: "nothing" },
      { version: 9 },
      { key: "theirs" },
    ]) {
      const asked = { tenant: tenant.slug, key: "default", version: 1, ...change };
      expect(codeOf(await post(asked)), JSON.stringify(change)).toEqual([404, "NOT_FOUND"]);
      const query = { ...asked, version: String(asked.version) };
      expect(codeOf(await look(query)), JSON.stringify(change)).toEqual([404, "NOT_FOUND"]);
    }
  });

  it("is INVALID_INPUT: no tenant, no version, one that cannot be, a word too short, and what is not known", async () => {
    const tenantOnly = { tenant: tenant.slug };
    for (const body of [
      { version: 1 },
      tenantOnly,
      { ...tenantOnly, version: 0 },
      { ...tenantOnly, version: "1" },
      { ...tenantOnly, version: 2 ** 31 },
      { ...tenantOnly, version: 1, reason: "because" },
      { ...tenantOnly, version: 1, force: true },
      [],
      null,
    ])
      expect(codeOf(await post(body)), JSON.stringify(body)).toEqual([400, "INVALID_INPUT"]);
    for (const query of [{ version: "1" }, tenantOnly, { ...tenantOnly, version: "one" }])
      expect(codeOf(await look(query as Record<string, string>)), JSON.stringify(query)).toEqual([
        400,
        "INVALID_INPUT",
      ]);
    expect(await ownEvents("key_version.retire_requested")).toEqual([]);
  });
});
