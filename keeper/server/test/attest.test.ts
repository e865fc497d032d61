import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { countIssued, takeBackIssued } from "#db/queries/issued-wraps.ts";
import { takeOffMoved } from "#db/queries/moved-wraps.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { cliContext, makeTenantWithKey, mintTestToken, rotate, settle } from "#keeper/testing/test-keeper.ts";
import { newUuid } from "#lib/crypto/uuid.ts";
import type { OperationView } from "#lib/domain/operation.ts";
import { attestWraps } from "#lib/services/keys/attest-wraps.ts";
import { compromiseVersion } from "#lib/services/keys/compromise-version.ts";
import { deactivateVersion } from "#lib/services/keys/deactivate-version.ts";
import { getVersion } from "#lib/services/keys/get-version.ts";
import { retireVersion } from "#lib/services/keys/retire-version.ts";
import type { TestPlane, TestTenant } from "./test-plane.ts";
import { createTestPlane } from "./test-plane.ts";

const REASON = "every value was encrypted anew";
let plane: TestPlane;
let tenant: TestTenant;
let admin: string;
let tenants = 0;
beforeAll(async () => {
  plane = await createTestPlane({ backupSeconds: 0 });
});
beforeEach(async () => {
  tenant = await plane.tenant(`outside-${(tenants += 1)}`);
  admin = (await mintTestToken(plane.t, plane.keeper, tenant.slug, ["crypto:admin"])).token;
});
afterAll(() => plane.close());

type Made = { ok: boolean; wrapped_dek: string; fields: Record<string, string>; error?: { code: string } };
const place = { collection: "c", record: "r" };

const bulk = async (verb: string, items: unknown[]): Promise<Made[]> => {
  const path = `/v1/tenants/${tenant.slug}/${verb}`;
  const { body } = await plane.call("POST", path, { token: tenant.token, body: { items } });
  return body.results as unknown as Made[];
};
const encrypt = (count: number) =>
  bulk(
    "encrypt",
    Array.from({ length: count }, () => ({ ...place, fields: { a: "YQ==" } })),
  );
const version = async (v = 1) =>
  getVersion(cliContext(plane.t), { tenant: tenant.slug, key: "default", v: String(v) });
const issued = async (v = 1) => (await version(v)).version.issued;

const ask = (count: number, change: Record<string, unknown> = {}) =>
  attestWraps(cliContext(plane.t), {
    tenant: tenant.slug,
    key: "default",
    version: 1,
    issued: count,
    reason: REASON,
    ...change,
  });
const act = async (mutation: typeof attestWraps, change: Record<string, unknown> = {}) =>
  settle(
    plane.t,
    plane.keeper,
    await mutation(cliContext(plane.t), {
      tenant: tenant.slug,
      key: "default",
      version: 1,
      reason: REASON,
      ...change,
    }),
  );
const attest = async (count: number): Promise<OperationView> =>
  settle(plane.t, plane.keeper, await ask(count));
const post = (body: unknown, token = admin, slug = tenant.slug) =>
  plane.call("POST", `/v1/tenants/${slug}/attest`, { token, body });
const look = (query: string, token = admin) =>
  plane.call("GET", `/v1/tenants/${tenant.slug}/attest?${query}`, { token });

const ownEvents = async (action: string) =>
  (await plane.events(action)).filter((event) => event.tenant === tenant.tenantId);

describe("attesting that no wrap is left", () => {
  it("frees a compromised version whose values an application has encrypted anew", async () => {
    const old = await encrypt(3);
    await act(compromiseVersion);
    const items = old.map(({ wrapped_dek, fields }) => ({ ...place, wrapped_dek, fields }));
    expect((await bulk("rewrap", items)).map(({ error }) => error?.code)).toEqual(
      old.map(() => "INVALID_STATE"),
    );
    for (const { fields } of await bulk("decrypt", items)) await bulk("encrypt", [{ ...place, fields }]);
    expect((await act(retireVersion)).error?.message).toContain("attest then that none is left");

    expect(await attest(3)).toMatchObject({
      state: "done",
      outcome: { keyId: tenant.keyId, version: 1, attested: 3 },
    });
    expect([await issued(1), await issued(2)]).toEqual([0, 3]);
    expect((await version()).attestations).toEqual([
      { at: expect.stringMatching(/^\d{4}-.*Z$/), wraps: 3, actor: { type: "cli", id: "tester" } },
    ]);
    const detail = { version: 1, count: 3, reason: REASON };
    expect(await ownEvents("key_version.attest_requested")).toMatchObject([
      { actor: "cli:tester", detail: { ...detail, operation: expect.any(String) } },
    ]);
    expect(await ownEvents("key_version.wraps_attested")).toMatchObject([{ detail }]);
    expect((await act(retireVersion)).state).toBe("done");
    expect((await bulk("decrypt", items)).map(({ error }) => error?.code)).toEqual(
      old.map(() => "VERSION_RETIRED"),
    );
  });

  it("frees a deactivated one of what was thrown away, and a wrap that turns up after all is rewrapped", async () => {
    const [kept, late] = await encrypt(3);
    await rotate(plane.t, plane.keeper, tenant.slug);
    await bulk("rewrap", [kept]);
    expect((await attest(2)).state).toBe("done");
    expect((await bulk("rewrap", [late]))[0]).toMatchObject({ ok: true, changed: true });
    expect([await issued(1), await issued(2)]).toEqual([0, 2]);
    expect((await act(retireVersion)).state).toBe("done");
  });

  it("is refused while wraps may leave, and of the current version", async () => {
    await encrypt(1);
    const refused = { code: "INVALID_STATE", message: expect.stringContaining("rotate the key first") };
    await expect(ask(1)).rejects.toMatchObject(refused);
    await act(deactivateVersion);
    await expect(ask(1)).rejects.toMatchObject(refused);
    await rotate(plane.t, plane.keeper, tenant.slug);
    expect((await attest(1)).state).toBe("done");
    await act(retireVersion);
    await expect(ask(1)).rejects.toMatchObject({
      code: "INVALID_STATE",
      message: expect.stringContaining("is destroyed"),
    });
  });

  it("is refused with another count than there is, without a count or a reason, and of what is not there", async () => {
    await encrypt(2);
    await rotate(plane.t, plane.keeper, tenant.slug);
    await makeTenantWithKey(plane.t, plane.keeper, `${tenant.slug}-other`, "theirs");
    await expect(ask(3)).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("are 2 now, and not 3"),
    });
    for (const change of [{ issued: 0 }, { issued: 1.5 }, { reason: "because" }, { reason: undefined }])
      await expect(ask(2, change)).rejects.toMatchObject({ code: "INVALID_INPUT" });
    for (const change of [{ version: 9 }, { key: "theirs" }, { tenant: "nobody" }])
      await expect(ask(2, change)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(ask(2, { expectedRev: 1 })).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await issued()).toBe(2);
  });

  it("counts for what was seen: a rewrap in between makes it a CONFLICT, and so does a second attestation", async () => {
    const [one] = await encrypt(2);
    await rotate(plane.t, plane.keeper, tenant.slug);
    const asked = await ask(2);
    await bulk("rewrap", [one]);
    expect((await settle(plane.t, plane.keeper, asked)).error).toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("are 1 now, and not 2"),
    });
    const both = [await ask(1), await ask(1)];
    const ends = [];
    for (const changed of both) ends.push(await settle(plane.t, plane.keeper, changed));
    expect(ends.map(({ state, error }) => error?.code ?? state)).toEqual(["done", "CONFLICT"]);
    expect((await version()).attestations).toHaveLength(1);
  });

  it("waits for a rewrap whose count is not committed yet", async () => {
    await encrypt(2);
    await rotate(plane.t, plane.keeper, tenant.slug);
    const counted = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const { keyId } = tenant;
    const moving = withTenant(plane.t.keeper, tenant.tenantId, async (tx) => {
      await takeOffMoved(tx, keyId, [{ number: 1, dekIds: [newUuid()] }]);
      counted.resolve();
      await release.promise;
    });
    await counted.promise;
    const answer = post({ version: 1, issued: 2 });
    const first = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 200, "waits"))]);
    expect(first).toBe("waits");
    release.resolve();
    await moving;
    expect(await answer).toMatchObject({ status: 409, body: { error: { code: "CONFLICT" } } });
    expect(await issued()).toBe(1);
  });

  it("stands in no row without its event", async () => {
    const write = withTenant(
      plane.t.keeper,
      tenant.tenantId,
      (tx) => tx.sql`
        INSERT INTO key_version_attestation (tenant_id, key_id, number, wraps, actor_type, actor_id)
        VALUES (${tenant.tenantId}, ${tenant.keyId}, 1, 1, 'cli', 'nobody')`,
    );
    await expect(write).rejects.toThrow("needs its audit event");
  });

  it("is not taken back twice by a batch that was counted before and did not come to be", async () => {
    await encrypt(2);
    const inTx = <T>(run: (tx: TenantTx) => Promise<T>) => withTenant(plane.keeper.db, tenant.tenantId, run);
    const count = (n: number) => [{ keyId: tenant.keyId, number: 1, count: n }];
    const countedAt = await inTx(async (tx) => {
      await countIssued(tx, count(5));
      return tx.now();
    });
    await rotate(plane.t, plane.keeper, tenant.slug);
    expect((await attest(7)).state).toBe("done");
    await plane.t.superuser`UPDATE key_version SET issued = 1 WHERE key_id = ${tenant.keyId} AND number = 1`;
    await inTx((tx) => takeBackIssued(tx, count(5), countedAt));
    expect(await issued()).toBe(1);
    await inTx(async (tx) => takeBackIssued(tx, count(1), await tx.now()));
    expect(await issued()).toBe(0);
  });
});

describe("the attestation of an application", () => {
  it("is taken with the count that it asked for", async () => {
    await encrypt(2);
    expect((await look("version=1")).body).toMatchObject({ state: "active", issued: 2 });
    await rotate(plane.t, plane.keeper, tenant.slug);
    const named = { key_id: tenant.keyId, key_version: 1 };
    expect(await look("key=default&version=1")).toMatchObject({
      status: 200,
      body: { ...named, state: "deactivated", issued: 2 },
    });
    const told = await post({ key: "default", version: 1, issued: 2, reason: REASON });
    expect(told).toMatchObject({ status: 200, body: { ...named, attested: 2 } });
    expect((await look("version=1")).body).toMatchObject({ issued: 0 });
    const [event] = await ownEvents("key_version.wraps_attested");
    expect(event).toMatchObject({
      actor: expect.stringMatching(/^token:/),
      detail: { version: 1, count: 2, reason: REASON },
    });
    const again = await post({ version: 1, issued: 2 });
    expect(again).toMatchObject({ status: 409, body: { error: { code: "CONFLICT" } } });
    expect(again.body.error?.message).toContain("are 0 now");
    expect((await act(retireVersion)).state).toBe("done");
  });

  it("is refused of a version that is current, not there, or of another tenant", async () => {
    await encrypt(1);
    const other = await plane.tenant(`${tenant.slug}-other`);
    expect(await post({ version: 1, issued: 1 })).toMatchObject({
      status: 409,
      body: { error: { code: "INVALID_STATE" } },
    });
    const missing = { status: 404, body: { error: { code: "NOT_FOUND" } } };
    expect(await post({ version: 2, issued: 1 })).toMatchObject(missing);
    expect(await post({ key: "nothing", version: 1, issued: 1 })).toMatchObject(missing);
    expect(await post({ version: 1, issued: 1 }, admin, other.slug)).toMatchObject(missing);
    expect(await look("version=2")).toMatchObject(missing);
  });

  it("needs the scope crypto:admin: what may encrypt and decrypt may not take a hold away", async () => {
    const denied = { status: 403, body: { error: { code: "FORBIDDEN" } } };
    expect(await post({ version: 1, issued: 1 }, tenant.token)).toMatchObject(denied);
    expect(await look("version=1", tenant.token)).toMatchObject(denied);
    const events = await ownEvents("access.denied");
    // One in a second: another may have begun between the two.
    expect([1, 2]).toContain(events.length);
    for (const event of events)
      expect(event).toMatchObject({
        actor: `token:${tenant.tokenId}`,
        detail: { permission: "crypto:admin" },
      });
    expect(await post({ version: 1, issued: 1 }, "kf_live_nothing")).toMatchObject({ status: 401 });
  });

  it("is refused when it is not written as it should be", async () => {
    const good = { version: 1, issued: 1 };
    for (const body of [
      undefined,
      [],
      { version: 1 },
      { ...good, version: 2 ** 31 },
      { ...good, issued: 0 },
      { ...good, issued: "1" },
      { ...good, key: "a\0b" },
      { ...good, reason: "because" },
      { ...good, more: true },
    ])
      expect(await post(body), JSON.stringify(body)).toMatchObject({
        status: 400,
        body: { error: { code: "INVALID_INPUT" } },
      });
    for (const query of ["", "version=one", "version=2147483648", "version=1&key=%00"])
      expect(await look(query), query).toMatchObject({ status: 400 });
  });
});
