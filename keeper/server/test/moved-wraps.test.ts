import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { forgetMoved, settleVersion } from "#db/queries/moved-wraps.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { cliContext, rotate, settle } from "#keeper/testing/test-keeper.ts";
import { decodeBase64, encodeBase64 } from "#lib/crypto/base64.ts";
import { parseWrappedDek } from "#lib/crypto/wrapped-dek.ts";
import { createKey } from "#lib/services/keys/create-key.ts";
import { removeSampleTenant } from "#lib/services/sample/remove-sample-tenant.ts";
import type { TestPlane } from "./test-plane.ts";
import { createTestPlane, recordPath } from "./test-plane.ts";
import type { Wrap, WrapsScene } from "./wraps-scene.ts";
import { createWrapsScene } from "./wraps-scene.ts";

let plane: TestPlane;
let s: WrapsScene;
let tenants = 0;
beforeAll(async () => {
  plane = await createTestPlane({ backupSeconds: 0 });
});
beforeEach(async () => {
  s = await createWrapsScene(plane, `moved-${(tenants += 1)}`);
});
afterAll(() => plane.close());

const turn = () => rotate(plane.t, plane.keeper, s.tenant.slug);
const held = (n: number) => `${n} wrap${n === 1 ? " has" : "s have"} left`;
const dekIdOf = ({ wrapped_dek }: Wrap) => parseWrappedDek(decodeBase64(wrapped_dek)).dekId;
const insert = (tenantId: string, keyId: string, dekId: string) =>
  plane.t.superuser`INSERT INTO moved_wrap VALUES (${tenantId}, ${keyId}, 1, ${dekId})`;

describe("a wrap that was moved", () => {
  it("is taken off once, however often its batch is sent: the version waits for the others", async () => {
    const wraps = await s.encrypt(4);
    const [first, second] = [wraps.slice(0, 2), wraps.slice(2)];
    await turn();
    for (const times of [1, 2, 3]) {
      expect(await s.rewrap(first)).toMatchObject([{ changed: true }, { changed: true }]);
      expect(await s.issued()).toEqual([2, 2 * times]);
    }
    expect(await s.moved()).toEqual({ 1: 2 });
    expect((await s.retire()).error?.message).toContain(held(2));
    await s.rewrap(second);
    expect(await s.issued()).toEqual([0, 8]);
    expect((await s.retire()).state).toBe("done");
  });

  it("is told from those that come for the first time in the same batch", async () => {
    const wraps = await s.encrypt(5);
    await turn();
    await s.rewrap(wraps.slice(0, 3));
    await s.rewrap(wraps.slice(1, 4));
    expect([await s.issued(), await s.moved()]).toEqual([[1, 6], { 1: 4 }]);
  });

  it("twice in one batch is taken off once, and both wraps that leave are counted", async () => {
    const [one] = await s.encrypt(2);
    await turn();
    await s.rewrap([one, one] as Wrap[]);
    expect([await s.issued(), await s.moved()]).toEqual([[1, 2], { 1: 1 }]);
  });

  it("is taken off each version that it was under, also in one batch with others", async () => {
    const old = await s.encrypt(3);
    await turn();
    const moved = await s.rewrap(old.slice(0, 1));
    const young = await s.encrypt(2);
    expect(await s.issued()).toEqual([2, 3]);
    await turn();
    const batch = [...old.slice(1), ...moved, ...young];
    for (const times of [1, 2]) {
      expect((await s.rewrap(batch)).every(({ key_version }) => key_version === 3)).toBe(true);
      expect(await s.issued()).toEqual([0, 0, 5 * times]);
    }
    expect(await s.moved()).toEqual({ 1: 3, 2: 3 });
    expect([(await s.retire(1)).state, (await s.retire(2)).state]).toEqual(["done", "done"]);
  });

  it("is not what does not open: the id of a DEK is believed when it was opened with its wrap", async () => {
    const [good] = await s.encrypt(2);
    await turn();
    const bytes = Buffer.from(decodeBase64(good?.wrapped_dek ?? ""));
    bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20);
    const forged = { wrapped_dek: encodeBase64(bytes) };
    expect(dekIdOf(forged)).not.toBe(dekIdOf(good as Wrap));
    expect(await s.rewrap([forged])).toMatchObject([{ ok: false, error: { code: "DECRYPT_FAILED" } }]);
    expect([await s.issued(), await s.moved()]).toEqual([[2, 0], {}]);
  });

  it("of a record counts with each export: one comes off, and the copies stay until they are attested", async () => {
    const path = recordPath(s.tenant.slug, "c", "r");
    await plane.call("PUT", path, { token: s.tenant.token, body: { fields: { a: "one" } } });
    const out = async () => {
      const { body } = await plane.call("GET", `${path}?form=envelope`, { token: s.tenant.token });
      return { wrapped_dek: String(body.wrapped_dek) };
    };
    const wrap = await out();
    await turn();
    await s.rewrap([wrap]);
    expect(await s.issued()).toEqual([0, 1]);
    // The record stands under the first version still, and leaves again.
    expect(await out()).toEqual(wrap);
    await s.rewrap([wrap]);
    expect(await s.issued()).toEqual([1, 2]);
    await plane.call("PUT", path, { token: s.tenant.token, body: { fields: { a: "two" } } });
    expect((await s.retire()).error?.message).toContain(held(1));
    expect(await s.attest(1, 1)).toBe(200);
    expect((await s.retire()).state).toBe("done");
  });

  it("takes nothing off once its version was attested, also when it comes for the first time", async () => {
    const [moved, late] = (await s.encrypt(2)) as [Wrap, Wrap];
    const path = recordPath(s.tenant.slug, "c", "r");
    await plane.call("PUT", path, { token: s.tenant.token, body: { fields: { a: "one" } } });
    await turn();
    await s.rewrap([moved]);
    expect(await s.attest(1, 1)).toBe(200);
    const { body } = await plane.call("GET", `${path}?form=envelope`, { token: s.tenant.token });
    expect(await s.issued()).toEqual([1, 1]);
    await s.rewrap([moved, late]);
    await s.rewrap([{ wrapped_dek: String(body.wrapped_dek) }]);
    expect([await s.issued(), await s.moved()]).toEqual([[1, 4], { 1: 1 }]);
    await plane.call("PUT", path, { token: s.tenant.token, body: { fields: { a: "two" } } });
    expect((await s.retire()).error?.message).toContain(held(1));
    expect(await s.attest(1, 1)).toBe(200);
    expect((await s.retire()).state).toBe("done");
  });
});

describe("of two keys in one batch", () => {
  it("the one that the fence holds back is not taken off, and the other is", async () => {
    const made = await settle(
      plane.t,
      plane.keeper,
      await createKey(cliContext(plane.t), { tenant: s.tenant.slug, name: "second" }),
    );
    const second = String(made.outcome?.keyId);
    const batch = [...(await s.encrypt(2)), ...(await s.encrypt(3, "second"))];
    await turn();
    await rotate(plane.t, plane.keeper, s.tenant.slug, "second");
    const overtaken = await plane.keeper.keks.forWrap(s.tenant.tenantId, "second", 1, "req_t");
    await rotate(plane.t, plane.keeper, s.tenant.slug, "second");
    const { keks } = plane.keeper;
    plane.keeper.keks = {
      ...keks,
      forWrap: async (tenant, key, ...more) =>
        key === "second" ? overtaken : keks.forWrap(tenant, key, ...more),
    };
    try {
      const codes = (await s.rewrap(batch)).map(({ ok, error }) => (ok ? "ok" : error?.code));
      expect(codes).toEqual(["ok", "ok", "CONFLICT", "CONFLICT", "CONFLICT"]);
    } finally {
      plane.keeper.keks = keks;
    }
    expect([await s.issued(), await s.issued(second)]).toEqual([
      [0, 2],
      [3, 0, 0],
    ]);
    expect([await s.moved(), await s.moved(second)]).toEqual([{ 1: 2 }, {}]);
    expect((await s.rewrap(batch)).every(({ ok }) => ok)).toBe(true);
    expect([await s.issued(), await s.issued(second)]).toEqual([
      [0, 4],
      [0, 0, 3],
    ]);
  });
});

describe("what was moved is forgotten", () => {
  it("with its version, and only then", async () => {
    const wraps = await s.encrypt(3);
    await turn();
    const moved = await s.rewrap(wraps);
    await turn();
    await s.rewrap(moved);
    expect(await s.moved()).toEqual({ 1: 3, 2: 3 });
    expect((await s.retire(1)).state).toBe("done");
    expect(await s.moved()).toEqual({ 2: 3 });
    expect(await s.rewrap(wraps)).toMatchObject(wraps.map(() => ({ error: { code: "VERSION_RETIRED" } })));
    expect(await s.moved()).toEqual({ 2: 3 });
  });

  it("in parts, and takes nothing off when its version is held after all", async () => {
    const wraps = await s.encrypt(3);
    await plane.call("PUT", recordPath(s.tenant.slug, "c", "r"), {
      token: s.tenant.token,
      body: { fields: { a: "one" } },
    });
    await turn();
    await s.rewrap(wraps);
    const { tenantId, keyId } = s.tenant;
    const inTx = <T>(run: (tx: TenantTx) => Promise<T>) => withTenant(plane.keeper.db, tenantId, run);
    await inTx((tx) => settleVersion(tx, keyId, 1));
    const forget = () => inTx((tx) => forgetMoved(tx, keyId, 1, 2));
    expect([await forget(), await forget(), await forget()]).toEqual([2, 1, 0]);
    await plane.call("GET", `${recordPath(s.tenant.slug, "c", "r")}?form=envelope`, {
      token: s.tenant.token,
    });
    await s.rewrap(wraps);
    expect([await s.issued(), await s.moved()]).toEqual([[1, 6], {}]);
  });

  it("with a tenant of the sample, and no other's", async () => {
    const other = await createWrapsScene(plane, `${s.tenant.slug}-other`);
    for (const of of [s, other]) {
      const wraps = await of.encrypt(2);
      await rotate(plane.t, plane.keeper, of.tenant.slug);
      await of.rewrap(wraps);
    }
    await plane.t.superuser.begin(async (sql) => {
      await sql`SET LOCAL session_replication_role = replica`;
      await sql`UPDATE tenant SET sample = true WHERE id = ${s.tenant.tenantId}`;
    });
    const asked = await removeSampleTenant(cliContext(plane.t), { tenant: s.tenant.slug });
    expect((await settle(plane.t, plane.keeper, asked)).state).toBe("done");
    expect([await s.moved(), await other.moved()]).toEqual([{}, { 1: 2 }]);
  });
});

describe("another tenant", () => {
  it("moves nothing that is not its own, and its DEKs' ids do not matter", async () => {
    const other = await createWrapsScene(plane, `${s.tenant.slug}-other`);
    const wraps = await s.encrypt(2);
    await turn();
    const refused = wraps.map(() => ({ ok: false, error: { code: "DECRYPT_FAILED" } }));
    expect(await other.rewrap(wraps)).toMatchObject(refused);
    expect([await other.moved(), await s.moved(), await s.issued()]).toEqual([{}, {}, [2, 0]]);
    for (const wrap of wraps) await insert(other.tenant.tenantId, s.tenant.keyId, dekIdOf(wrap));
    await s.rewrap(wraps);
    expect(await s.issued()).toEqual([0, 2]);
  });

  it("has no row written for it, and a row is there once, does not change, and is no console's", async () => {
    const other = await createWrapsScene(plane, `${s.tenant.slug}-other`);
    const [wrap] = await s.encrypt(1);
    await turn();
    await s.rewrap([wrap as Wrap]);
    const { tenantId, keyId } = s.tenant;
    await expect(insert(tenantId, keyId, dekIdOf(wrap as Wrap))).rejects.toThrow("duplicate key");
    const keeper = (statement: string) =>
      withTenant(plane.t.keeper, tenantId, (tx) => tx.sql.unsafe(statement));
    const foreign = `INSERT INTO moved_wrap VALUES ('${other.tenant.tenantId}', '${keyId}', 1, gen_random_uuid())`;
    await expect(keeper(foreign)).rejects.toThrow("row-level security");
    await expect(keeper("UPDATE moved_wrap SET number = 2")).rejects.toThrow("permission denied");
    await expect(
      withTenant(plane.t.console, tenantId, (tx) => tx.sql`SELECT FROM moved_wrap`),
    ).rejects.toThrow("permission denied");
  });
});
