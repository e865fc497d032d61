import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { countExported } from "#db/queries/issued-wraps.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { cliContext, mintTestToken, rotate, settle } from "#keeper/testing/test-keeper.ts";
import type { OperationView } from "#lib/domain/operation.ts";
import { compromiseVersion } from "#lib/services/keys/compromise-version.ts";
import { retireVersion } from "#lib/services/keys/retire-version.ts";
import { resumeKey } from "#lib/services/keys/resume-key.ts";
import { suspendKey } from "#lib/services/keys/suspend-key.ts";
import type { Answer, TestPlane, TestTenant } from "./test-plane.ts";
import { createTestPlane, recordPath } from "./test-plane.ts";

const NAME = { collection: "c", record: "r" };
let plane: TestPlane;
let tenant: TestTenant;
let tenants = 0;
beforeAll(async () => {
  plane = await createTestPlane({ backupSeconds: 0 });
});
beforeEach(async () => {
  tenant = await plane.tenant(`exports-${(tenants += 1)}`);
  await put();
});
afterAll(() => plane.close());

const put = (record = NAME.record) =>
  plane.call("PUT", recordPath(tenant.slug, "c", record), {
    token: tenant.token,
    body: { fields: { a: "one" } },
  });
const exportOf = (record = NAME.record, token = tenant.token, slug = tenant.slug) =>
  plane.call("GET", `${recordPath(slug, "c", record)}?form=envelope`, { token });
const post = (path: string, body: unknown, token = tenant.token) =>
  plane.call("POST", `/v1/tenants/${tenant.slug}/${path}`, { token, body });
const bulk = async (verb: string, item: unknown) => (await post(verb, { items: [item] })).body.results?.[0];
const attest = async (version: number, issued: number) => {
  const admin = await mintTestToken(plane.t, plane.keeper, tenant.slug, ["crypto:admin"]);
  return (await post("attest", { version, issued }, admin.token)).status;
};
const act = async (mutation: typeof retireVersion, version = 1): Promise<OperationView> =>
  settle(
    plane.t,
    plane.keeper,
    await mutation(cliContext(plane.t), {
      tenant: tenant.slug,
      key: "default",
      version,
      reason: "nothing stands under it any more",
    }),
  );
const turn = async (mutation: typeof suspendKey) =>
  settle(plane.t, plane.keeper, await mutation(cliContext(plane.t), { tenant: tenant.slug, key: "default" }));
const issued = async (of = tenant): Promise<number[]> => {
  const rows = await plane.t.superuser<{ issued: string }[]>`
    SELECT issued FROM key_version WHERE key_id = ${of.keyId} ORDER BY number`;
  return rows.map((row) => Number(row.issued));
};

/** An exported record as an item of the key service. */
const itemOf = ({ body: { collection, record, wrapped_dek, fields = {} } }: Answer) => ({
  collection,
  record,
  wrapped_dek,
  fields: Object.fromEntries(
    Object.entries(fields as unknown as Record<string, { ciphertext: string }>).map(
      ([name, { ciphertext }]) => [name, ciphertext],
    ),
  ),
});

describe("the wrap of an exported record", () => {
  it("is counted with each export, holds its version, and is moved by the rewrap call", async () => {
    const [first, second] = [itemOf(await exportOf()), itemOf(await exportOf())];
    expect(second).toEqual(first);
    expect(await issued()).toEqual([2]);
    await rotate(plane.t, plane.keeper, tenant.slug);
    await put();
    const held = await act(retireVersion);
    expect(held).toMatchObject({ state: "failed", error: { code: "APPROVAL_REQUIRED" } });
    expect(held.error?.message).toContain("2 wraps have left Keyfold under it and have not come back");
    expect(held.error?.message).toContain("exported records included");

    const moved = await bulk("rewrap", first);
    expect(moved).toMatchObject({ ok: true, changed: true, key_version: 2 });
    expect(await issued()).toEqual([1, 1]);
    expect((await act(retireVersion)).error?.message).toContain("1 wrap has left");
    // The same bytes as the first: nobody can tell the second copy from the first one sent again.
    await bulk("rewrap", second);
    expect(await issued()).toEqual([1, 2]);
    expect(await attest(1, 1)).toBe(200);
    expect((await act(retireVersion)).state).toBe("done");
    expect(await bulk("decrypt", first)).toMatchObject({ error: { code: "VERSION_RETIRED" } });
    const opened = await bulk("decrypt", { ...first, ...moved, fields: first.fields });
    expect(opened).toEqual({ ok: true, fields: { a: "b25l" } });
  });

  it("is counted under a deactivated and a compromised version, and again after an attestation", async () => {
    await rotate(plane.t, plane.keeper, tenant.slug);
    expect(await exportOf()).toMatchObject({ status: 200, body: { key_version: 1 } });
    expect(await issued()).toEqual([1, 0]);
    await act(compromiseVersion);
    const out = await exportOf();
    expect(out).toMatchObject({ status: 200, body: { key_version: 1 } });
    expect(await issued()).toEqual([2, 0]);
    expect(await bulk("rewrap", itemOf(out))).toMatchObject({ error: { code: "INVALID_STATE" } });
    expect(await attest(1, 2)).toBe(200);
    expect(await issued()).toEqual([0, 0]);
    await exportOf();
    await put();
    expect((await act(retireVersion)).error?.message).toContain("1 wrap has left");
    expect(await attest(1, 2)).toBe(409);
    expect(await attest(1, 1)).toBe(200);
    expect((await act(retireVersion)).state).toBe("done");
  });

  it("is not counted when none leaves", async () => {
    const other = await plane.tenant(`${tenant.slug}-other`);
    const reader = await mintTestToken(plane.t, plane.keeper, tenant.slug, ["records:read"]);
    const refused = async (status: number, answer: Promise<Answer>) =>
      expect((await answer).status, (await answer).text).toBe(status);
    await refused(404, exportOf("missing"));
    await refused(404, exportOf(NAME.record, other.token));
    await refused(404, exportOf(NAME.record, other.token, other.slug));
    await refused(403, exportOf(NAME.record, reader.token));
    await turn(suspendKey);
    await refused(423, exportOf());
    await turn(resumeKey);
    await plane.t.superuser`
      UPDATE dek SET wrapped_dek = set_byte(wrapped_dek, 40, 9) WHERE key_id = ${tenant.keyId}`;
    await refused(422, exportOf());
    await plane.t.superuser`DELETE FROM dek WHERE key_id = ${tenant.keyId}`;
    await refused(422, exportOf());
    expect([await issued(), await issued(other)]).toEqual([[0], [0]]);
  });
});

describe("an export while its version is being retired", () => {
  it("that is counted and not committed yet is waited for, and then holds the version", async () => {
    await rotate(plane.t, plane.keeper, tenant.slug);
    const counted = Promise.withResolvers<unknown>();
    const release = Promise.withResolvers<void>();
    const exporting = withTenant(plane.t.keeper, tenant.tenantId, async (tx) => {
      counted.resolve(await countExported(tx, NAME));
      await release.promise;
    });
    expect(await counted.promise).toEqual({ keyId: tenant.keyId, number: 1 });
    await put();
    const retiring = act(retireVersion);
    expect(await Promise.race([retiring, sleep(300, "waits")])).toBe("waits");
    release.resolve();
    await exporting;
    expect((await retiring).error?.message).toContain("1 wrap has left");
  });

  // As the end of a retirement holds the row; the DEK was moved after the export had begun to look.
  const exportInto = async (moves: boolean): Promise<Answer> => {
    const { promise: locked, resolve: lock } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const retiring = plane.t.superuser.begin(async (sql) => {
      await sql`SET LOCAL session_replication_role = replica`;
      await sql`SELECT FROM key_version WHERE key_id = ${tenant.keyId} AND number = 1 FOR UPDATE`;
      lock();
      await released;
      await sql`
        UPDATE key_version SET state = 'destroyed', blob = '' WHERE key_id = ${tenant.keyId} AND number = 1`;
    });
    await locked;
    const exporting = exportOf();
    expect(await Promise.race([exporting, sleep(300, "waits")])).toBe("waits");
    if (moves) await put();
    release();
    await retiring;
    return exporting;
  };

  it("gets the wrap under the version that the DEK was moved to, and none under the retired one", async () => {
    await rotate(plane.t, plane.keeper, tenant.slug);
    expect(await exportInto(true)).toMatchObject({ status: 200, body: { key_version: 2 } });
    expect(await issued()).toEqual([0, 1]);
  });

  it("is refused when the DEK went with the version", async () => {
    await rotate(plane.t, plane.keeper, tenant.slug);
    const refused = { status: 410, body: { error: { code: "VERSION_RETIRED" } } };
    expect(await exportInto(false)).toMatchObject(refused);
    expect(await issued()).toEqual([0, 0]);
  });

  it("is counted where it was answered from, whatever the order", async () => {
    const records = ["r", "s", "t"];
    for (const record of records) await put(record);
    const answers: Answer[] = [];
    let exporting = true;
    const traffic = records.map(async (record) => {
      while (exporting) answers.push(await exportOf(record));
    });
    const told = (version: number) => answers.filter(({ body }) => body.key_version === version).length;
    await sleep(50);
    await rotate(plane.t, plane.keeper, tenant.slug);
    await Promise.all(records.map((record) => put(record)));
    expect((await act(retireVersion)).error?.message).toContain("have left Keyfold under it");
    expect(await attest(1, (await issued())[0] ?? 0)).toBe(200);
    expect((await act(retireVersion)).state).toBe("done");
    const before = told(1);
    await sleep(50);
    exporting = false;
    await Promise.all(traffic);
    expect([...new Set(answers.map(({ status }) => status))]).toEqual([200]);
    expect(told(1)).toBe(before);
    expect(before).toBeGreaterThan(0);
    expect(await issued()).toEqual([0, told(2)]);
  });
});
