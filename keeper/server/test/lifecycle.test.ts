import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { findVersion } from "#db/queries/key-version.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { openVersion } from "#keeper/keys/open-version.ts";
import { createKekCache } from "#keeper/keys/kek-cache.ts";
import { cliContext, makeTenantWithKey, mintTestToken, rotate, settle } from "#keeper/testing/test-keeper.ts";
import { STANDING_SECONDS } from "#lib/domain/cache-bound.ts";
import type { OperationView } from "#lib/domain/operation.ts";
import type { Mutation } from "#lib/services/define-mutation.ts";
import { compromiseVersion } from "#lib/services/keys/compromise-version.ts";
import { deactivateVersion } from "#lib/services/keys/deactivate-version.ts";
import { getKey } from "#lib/services/keys/get-key.ts";
import { resumeKey } from "#lib/services/keys/resume-key.ts";
import { retireVersion } from "#lib/services/keys/retire-version.ts";
import { suspendKey } from "#lib/services/keys/suspend-key.ts";
import { startRewrap } from "#lib/services/rewrap/start-rewrap.ts";
import { setCompromisedReads } from "#lib/services/tenants/set-compromised-reads.ts";
import type { TestPlane, TestTenant } from "./test-plane.ts";
import { createTestPlane, recordPath } from "./test-plane.ts";

let plane: TestPlane;
beforeAll(async () => {
  plane = await createTestPlane();
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(() => plane.close());

const REASON = "found in a log that left the house";

const put = (tenant: TestTenant, record: string) =>
  plane.call("PUT", recordPath(tenant.slug, "c", record), {
    token: tenant.token,
    body: { fields: { a: record } },
  });
const get = (tenant: TestTenant, record: string) =>
  plane.call("GET", recordPath(tenant.slug, "c", record), { token: tenant.token });
const ask = async (
  mutation: Mutation<unknown>,
  tenant: { slug: string },
  input: Record<string, unknown> = {},
): Promise<OperationView> =>
  settle(
    plane.t,
    plane.keeper,
    await mutation(cliContext(plane.t), { tenant: tenant.slug, key: "default", ...input }),
  );
const statesOf = async (tenant: TestTenant) =>
  (await getKey(cliContext(plane.t), { tenant: tenant.slug, key: "default" })).versions.map(
    ({ state, current }) => (current ? `${state}, current` : state),
  );
const detailsOf = async (action: string, tenant: TestTenant) =>
  (await plane.events(action))
    .filter((event) => event.tenant === tenant.tenantId)
    .map(({ detail }) => detail);

describe("a suspended key", () => {
  it("neither wraps nor unwraps on any version, until it is resumed", async () => {
    const tenant = await plane.tenant("hold");
    await put(tenant, "old");
    await rotate(plane.t, plane.keeper, tenant.slug);
    await put(tenant, "new");
    expect(await ask(suspendKey, tenant, { reason: REASON })).toMatchObject({
      state: "done",
      outcome: { status: "suspended", rev: 2 },
    });
    for (const answer of [await get(tenant, "old"), await get(tenant, "new"), await put(tenant, "more")])
      expect(answer).toMatchObject({ status: 423, body: { error: { code: "KEY_SUSPENDED" } } });
    expect((await ask(resumeKey, tenant)).state).toBe("done");
    expect((await get(tenant, "old")).body.fields).toEqual({ a: "old" });
    expect((await put(tenant, "more")).status).toBe(201);
    expect(await detailsOf("key.suspend_requested", tenant)).toEqual([
      { operation: expect.any(String), reason: REASON },
    ]);
    expect(await detailsOf("key.suspended", tenant)).toEqual([{ rev: 2 }]);
    expect(await detailsOf("key.resumed", tenant)).toEqual([{ rev: 3 }]);
  });

  it("is not rotated, and not suspended twice", async () => {
    const tenant = await plane.tenant("still");
    await ask(suspendKey, tenant);
    await expect(ask(suspendKey, tenant)).rejects.toMatchObject({ code: "INVALID_STATE" });
    await expect(rotate(plane.t, plane.keeper, tenant.slug)).rejects.toMatchObject({ code: "INVALID_STATE" });
    await ask(resumeKey, tenant);
    await expect(ask(resumeKey, tenant)).rejects.toMatchObject({ code: "INVALID_STATE" });
  });

  it("stops being unwrapped by another keeper that has its KEK in memory, within the bound", async () => {
    const tenant = await plane.tenant("elsewhere");
    const other = createKekCache(() => plane.keeper);
    let now = 1_000;
    vi.spyOn(performance, "now").mockImplementation(() => now);
    const open = () => other.forUnwrap(tenant.tenantId, tenant.keyId, 1, "req_t");
    await open();
    await ask(suspendKey, tenant);
    expect((await open()).kek.version).toBe(1);
    now += STANDING_SECONDS * 1_000 + 1;
    await expect(open()).rejects.toMatchObject({ code: "KEY_SUSPENDED" });
    await ask(resumeKey, tenant);
    expect((await open()).kek.version).toBe(1);
  });
});

describe("a version that is marked compromised", () => {
  it("is followed at once by its successor when it was the current one", async () => {
    const tenant = await plane.tenant("leaked");
    await put(tenant, "r");
    const view = await ask(compromiseVersion, tenant, { version: 1, reason: REASON });
    expect(view).toMatchObject({
      state: "done",
      outcome: { version: 1, state: "compromised", successor: 2 },
    });
    expect(await statesOf(tenant)).toEqual(["compromised", "active, current"]);
    const [row] = await plane.t.superuser`
      SELECT count(DISTINCT xid)::int AS transactions FROM audit_event
      WHERE tenant_id = ${tenant.tenantId} AND action IN ('key_version.state_changed', 'key.rotated')`;
    expect(row).toEqual({ transactions: 1 });
    await put(tenant, "after");
    expect((await get(tenant, "after")).body.fields).toEqual({ a: "after" });
    for (const number of [1, 2]) {
      const version = await withTenant(plane.t.keeper, tenant.tenantId, (tx) =>
        findVersion(tx, tenant.keyId, number),
      );
      if (!version) throw new Error("gone");
      expect((await openVersion(plane.keeper, tenant.tenantId, version, "req_t")).version).toBe(number);
    }
  });

  it("gets no successor when it was not the current one, and never clears", async () => {
    const tenant = await plane.tenant("older");
    await rotate(plane.t, plane.keeper, tenant.slug);
    const view = await ask(compromiseVersion, tenant, { version: 1, reason: REASON });
    expect(view.outcome).not.toHaveProperty("successor");
    expect(await statesOf(tenant)).toEqual(["compromised", "active, current"]);
    for (const mutation of [compromiseVersion, deactivateVersion])
      await expect(ask(mutation, tenant, { version: 1, reason: REASON })).rejects.toMatchObject({
        code: "INVALID_STATE",
      });
  });

  it("is read under while the tenant allows it, each access logged before its answer", async () => {
    const tenant = await plane.tenant("allowed");
    await put(tenant, "r");
    await ask(compromiseVersion, tenant, { version: 1, reason: REASON });
    expect((await get(tenant, "r")).body.fields).toEqual({ a: "r" });
    for (let n = 0; n < 4; n += 1) await get(tenant, "r");
    const told = await detailsOf("data.compromised_access", tenant);
    expect(told[0]).toEqual({ token: tenant.tokenId, collection: "c", key_version: 1, count: 1 });
    // One more when ten seconds were over in between.
    expect(told.length).toBeLessThanOrEqual(2);
  });

  it("is not rewrapped while it has DEKs: the same DEKs under another key would stay compromised", async () => {
    const tenant = await plane.tenant("rewrapped");
    await put(tenant, "r");
    await ask(compromiseVersion, tenant, { version: 1, reason: REASON });
    const start = (mode: string) =>
      startRewrap(cliContext(plane.t), { tenant: tenant.slug, key: "default", mode });
    await expect(start("rewrap")).rejects.toMatchObject({
      code: "INVALID_STATE",
      message: expect.stringContaining("re-encrypt"),
    });
    expect((await start("re-encrypt")).result.id).toBeTruthy();
  });

  it("is not read under when the tenant forbids it; writing the record anew makes it readable", async () => {
    const tenant = await plane.tenant("forbidden");
    await put(tenant, "r");
    await ask(compromiseVersion, tenant, { version: 1, reason: REASON });
    const set = (allowed: string) =>
      setCompromisedReads(cliContext(plane.t), { tenant: tenant.slug, allowed });
    await set("no");
    expect(await get(tenant, "r")).toMatchObject({
      status: 409,
      body: { error: { code: "INVALID_STATE", message: expect.stringContaining("re-encrypt") } },
    });
    expect(await detailsOf("data.compromised_access", tenant)).toEqual([]);
    await put(tenant, "r");
    expect((await get(tenant, "r")).body.fields).toEqual({ a: "r" });
    await set("yes");
    expect(await detailsOf("tenant.compromised_reads_set", tenant)).toEqual([
      { allowed: false },
      { allowed: true },
    ]);
    await expect(set("perhaps")).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });
});

describe("what an application keeps itself, under a version that was compromised", () => {
  it("is decrypted under the same policy, and logged the same way", async () => {
    const tenant = await plane.tenant("outside");
    const { token } = await mintTestToken(plane.t, plane.keeper, tenant.slug, ["crypto:use"]);
    const call = async (verb: string, items: unknown[]) => {
      const answer = await plane.call("POST", `/v1/tenants/${tenant.slug}/${verb}`, {
        token,
        body: { items },
      });
      return answer.body.results ?? [];
    };
    const place = { collection: "c", record: "r" };
    const [made] = await call("encrypt", [{ ...place, fields: { a: "YQ==" } }]);
    const { wrapped_dek, fields } = made as unknown as { wrapped_dek: string; fields: object };
    const item = { ...place, wrapped_dek, fields };
    await ask(compromiseVersion, tenant, { version: 1, reason: REASON });
    expect(await call("decrypt", [item, item])).toEqual(
      [1, 2].map(() => ({ ok: true, fields: { a: "YQ==" } })),
    );
    expect(await detailsOf("data.compromised_access", tenant)).toHaveLength(1);
    await setCompromisedReads(cliContext(plane.t), { tenant: tenant.slug, allowed: false });
    expect(await call("decrypt", [item])).toMatchObject([{ ok: false, error: { code: "INVALID_STATE" } }]);
  });
});

describe("a version that is deactivated", () => {
  it("takes no more writes and is read under; a rotation makes the next one", async () => {
    const tenant = await plane.tenant("readonly");
    await put(tenant, "r");
    expect((await ask(deactivateVersion, tenant, { version: 1 })).state).toBe("done");
    expect(await statesOf(tenant)).toEqual(["deactivated, current"]);
    expect((await get(tenant, "r")).body.fields).toEqual({ a: "r" });
    expect(await put(tenant, "s")).toMatchObject({ status: 409, body: { error: { code: "INVALID_STATE" } } });
    expect(await rotate(plane.t, plane.keeper, tenant.slug)).toBe(2);
    expect(await statesOf(tenant)).toEqual(["deactivated", "active, current"]);
    expect((await put(tenant, "s")).status).toBe(201);
    expect((await get(tenant, "r")).body.fields).toEqual({ a: "r" });
    await expect(ask(deactivateVersion, tenant, { version: 1 })).rejects.toMatchObject({
      code: "INVALID_STATE",
    });
  });
});

describe("two people who act on one key", () => {
  it("are told apart: the second is told what the first has done", async () => {
    const tenant = await plane.tenant("both");
    const ctx = cliContext(plane.t);
    const { rev } = await getKey(ctx, { tenant: "both", key: "default" });
    const seen = { tenant: "both", key: "default", expectedRev: rev };
    // Both pass the console's look before a keeper has done either.
    const asked = [await suspendKey(ctx, seen), await suspendKey(ctx, seen)];
    const views = [];
    for (const changed of asked) views.push(await settle(plane.t, plane.keeper, changed));
    expect(views.map(({ state, error }) => error?.code ?? state)).toEqual(["done", "CONFLICT"]);
    expect(views[1]?.error?.message).toContain("it is suspended now");
    await expect(suspendKey(ctx, seen)).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("it is suspended now"),
    });
    await ask(resumeKey, tenant);

    const version = { ...seen, version: 1, expectedRev: 1, reason: REASON };
    const both = [await compromiseVersion(ctx, version), await deactivateVersion(ctx, version)];
    const ends = [];
    for (const changed of both) ends.push(await settle(plane.t, plane.keeper, changed));
    expect(ends.map(({ state, error }) => error?.code ?? state)).toEqual(["done", "CONFLICT"]);
    expect(ends[1]?.error?.message).toContain("it is compromised now");
    expect(await statesOf(tenant)).toEqual(["compromised", "active, current"]);
  });
});

describe("what cannot be named", () => {
  it("is NOT_FOUND: another tenant's key, a version that is not there", async () => {
    await plane.tenant("mine");
    await makeTenantWithKey(plane.t, plane.keeper, "neighbour", "theirs");
    const ctx = cliContext(plane.t);
    const theirs = { tenant: "mine", key: "theirs", version: 1, reason: REASON };
    for (const mutation of [suspendKey, resumeKey, compromiseVersion, deactivateVersion, retireVersion])
      await expect(mutation(ctx, theirs)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(
      compromiseVersion(ctx, { tenant: "mine", key: "default", version: 9, reason: REASON }),
    ).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("is refused without a reason that says something", async () => {
    await plane.tenant("wordless");
    const input = { tenant: "wordless", key: "default", version: 1 };
    for (const reason of [undefined, "", "because", " ".repeat(20), "x".repeat(301)])
      await expect(compromiseVersion(cliContext(plane.t), { ...input, reason })).rejects.toMatchObject({
        code: "INVALID_INPUT",
      });
  });
});
