import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { findVersion } from "#db/queries/key-version.ts";
import { withTenant } from "#db/tenant-tx.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { openVersion } from "#keeper/keys/open-version.ts";
import { cliContext, rotate, settle } from "#keeper/testing/test-keeper.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import type { CmkHealth } from "#lib/domain/key-state.ts";
import { getConnection } from "#lib/services/connections/get-connection.ts";
import { rotateCmk } from "#lib/services/connections/rotate-cmk.ts";
import { createKey } from "#lib/services/keys/create-key.ts";
import { listKeys } from "#lib/services/keys/list-keys.ts";
import { moveKey } from "#lib/services/keys/move-key.ts";
import { createTenant } from "#lib/services/tenants/create-tenant.ts";
import { probeConnection } from "../probe.ts";
import { flushCalls, probeDue } from "../start-probes.ts";
import type { AwsScene } from "./aws-scene.ts";
import { connectAws, createAwsScene, roleArnOf } from "./aws-scene.ts";

let t: TestDatabase;
let scene: AwsScene;
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  scene = await createAwsScene(t);
});
afterAll(async () => {
  await scene.close();
  await t.drop();
});

const done = async (changed: Parameters<typeof settle>[2]) => {
  const view = await settle(t, scene.k.keeper, changed);
  if (view.state !== "done") throw new Error(`${view.error?.code}: ${view.error?.message}`);
  return view.outcome ?? {};
};
const keyOf = async (tenant: string) => {
  const { keys } = await listKeys(cliContext(t), { tenant });
  const [key] = keys;
  if (!key) throw new Error("There is no key.");
  return key;
};
const kekBytes = async (tenantId: string, keyId: string, number: number): Promise<string> => {
  const version = await withTenant(t.keeper, tenantId as TenantId, (tx) => findVersion(tx, keyId, number));
  if (!version) throw new Error("There is no version.");
  const kek = await openVersion(scene.k.keeper, tenantId as TenantId, version, "req_t");
  return kek.key.export().toString("hex");
};
const callsOf = () => ({ ...scene.server.calls() });

describe("a key under a connection", () => {
  it("is made there and rotates there, and the platform's CMK has no part in it", async () => {
    const { tenantId, connectionId } = await connectAws(scene, "under");
    await done(await createKey(cliContext(t), { tenant: "under", name: "default", connection: "aws" }));
    expect(await rotate(t, scene.k.keeper, "under")).toBe(2);
    const key = await keyOf("under");
    expect(key).toMatchObject({ custody: "customer", provider: "aws" });
    expect(key.versions.map(({ cmk }) => cmk.id)).toEqual([connectionId, connectionId]);
    expect(await kekBytes(tenantId, key.id, 1)).toMatch(/^[0-9a-f]{64}$/);
  });

  it("is moved in and out: the same KEKs, at most three calls for each version, and an event", async () => {
    const { tenantId, connectionId } = await connectAws(scene, "moved");
    const ctx = cliContext(t);
    await done(await createKey(ctx, { tenant: "moved", name: "default" }));
    for (let i = 0; i < 4; i += 1) await rotate(t, scene.k.keeper, "moved");
    const before = await keyOf("moved");
    const keks = await Promise.all([1, 3, 5].map((n) => kekBytes(tenantId, before.id, n)));

    const callsBefore = callsOf();
    const outcome = await done(await moveKey(ctx, { tenant: "moved", key: "default", connection: "aws" }));
    const after = callsOf();
    const asked = (operation: string) => (after[operation] ?? 0) - (callsBefore[operation] ?? 0);
    expect(outcome).toMatchObject({ versions: 5, provider: "aws", custody: "customer" });
    expect([asked("Encrypt"), asked("Decrypt"), asked("DescribeKey")]).toEqual([5, 5, 0]);
    const key = await keyOf("moved");
    expect(key.versions.every(({ cmk }) => cmk.id === connectionId)).toBe(true);
    expect(await Promise.all([1, 3, 5].map((n) => kekBytes(tenantId, before.id, n)))).toEqual(keks);

    await done(await moveKey(ctx, { tenant: "moved", key: "default", connection: null }));
    expect(await Promise.all([1, 3, 5].map((n) => kekBytes(tenantId, before.id, n)))).toEqual(keks);
    const moves = await t.superuser<{ detail: unknown }[]>`
      SELECT convert_from(entry, 'UTF8')::jsonb -> 'detail' AS detail FROM audit_event
      WHERE tenant_id = ${tenantId} AND action = 'key.moved' ORDER BY ordinal`;
    expect(moves).toHaveLength(2);
    expect(moves[0]?.detail).toMatchObject({ to: connectionId, versions: 5, kms_calls: outcome.kmsCalls });
  });

  it("stays where it is when the new place refuses, and a move to where it is is refused", async () => {
    const { connectionId } = await connectAws(scene, "stays");
    const ctx = cliContext(t);
    await done(await createKey(ctx, { tenant: "stays", name: "default" }));
    scene.server.doors.deny({ credential: roleArnOf("stays"), operation: "Encrypt" });
    const denied = await settle(
      t,
      scene.k.keeper,
      await moveKey(ctx, { tenant: "stays", key: "default", connection: "aws" }),
    );
    scene.server.doors.allow({ credential: roleArnOf("stays"), operation: "Encrypt" });
    expect(denied.error?.code).toBe("KMS_ACCESS_DENIED");
    expect((await keyOf("stays")).versions[0]?.cmk.id).not.toBe(connectionId);
    const again = await settle(
      t,
      scene.k.keeper,
      await moveKey(ctx, { tenant: "stays", key: "default", connection: null }),
    );
    expect(again.error?.code).toBe("INVALID_STATE");
  });

  it("is not moved under another tenant's connection", async () => {
    await connectAws(scene, "theirs");
    const ctx = cliContext(t);
    await createTenant(ctx, { slug: "mine", name: "Mine" });
    await done(await createKey(ctx, { tenant: "mine", name: "default" }));
    await expect(moveKey(ctx, { tenant: "mine", key: "default", connection: "aws" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    // Nor when an operation says so: a keeper looks again.
    const theirs = await t.superuser<{ id: string }[]>`
      SELECT c.id FROM kms_connection c JOIN tenant ON tenant.id = c.tenant_id WHERE slug = 'theirs'`;
    const own = await moveKey(ctx, { tenant: "mine", key: "default", connection: null });
    await t.superuser`UPDATE operation SET input = jsonb_set(input, '{connectionId}', to_jsonb(${theirs[0]?.id ?? ""}::text))
                      WHERE id = ${own.operationId}`;
    expect((await settle(t, scene.k.keeper, own)).error?.code).toBe("NOT_FOUND");
    expect((await keyOf("mine")).versions[0]?.cmk.id).toBe(scene.k.keeper.platform.id);
  });
});

describe("the health of a connection", () => {
  const probe = async (slug: string, tenantId: string, connectionId: string) => {
    await probeConnection(scene.k.keeper, tenantId as TenantId, connectionId, "probe_t");
    const { connection } = await getConnection(cliContext(t), { tenant: slug, connection: "aws" });
    return connection.probe;
  };

  it("tells the eight values apart, each change with its event and its instant", async () => {
    const { tenantId, connectionId, keyArn: keyId } = await connectAws(scene, "health");
    const { doors } = scene.server;
    const seen: (CmkHealth | undefined)[] = [];
    const look = async () => {
      const found = await probe("health", tenantId, connectionId);
      seen.push(found?.health);
      return found;
    };
    await look();
    doors.disable({ keyId });
    await look();
    doors.setState({ keyId, state: "PendingImport" });
    await look();
    doors.scheduleDeletion({ keyId, days: 7 });
    const doomed = await look();
    expect(Date.parse(doomed?.deletionAt ?? "")).toBeGreaterThan(Date.now() + 6 * 86_400_000);
    doors.cancelDeletion({ keyId });
    doors.enable({ keyId });
    doors.deny({ credential: roleArnOf("health"), operation: "Decrypt" });
    await look();
    doors.allow({ credential: roleArnOf("health"), operation: "Decrypt" });
    doors.fault({ kind: "throttle", times: 9, operation: "Decrypt" });
    await look();
    doors.clearFaults();
    doors.fault({ kind: "unavailable", times: 4, operation: "Decrypt" });
    const away = await look();
    expect(away).toMatchObject({ code: "KMS_UNAVAILABLE" });
    doors.clearFaults();
    const back = await look();
    expect(back?.deletionAt).toBeNull();
    expect(Date.parse(back?.since ?? "")).toBeGreaterThan(Date.parse(away?.since ?? ""));
    doors.destroy({ keyId });
    await look();
    expect(seen).toEqual([
      "enabled",
      "disabled",
      "pending_import",
      "pending_deletion",
      "forbidden",
      "throttled",
      "unreachable",
      "enabled",
      "destroyed",
    ]);
    const events = await t.superuser<{ to: string }[]>`
      SELECT convert_from(entry, 'UTF8')::jsonb #>> '{detail,to}' AS to FROM audit_event
      WHERE tenant_id = ${tenantId} AND action = 'cmk.health_changed' ORDER BY ordinal`;
    expect(events.map(({ to }) => to)).toEqual(seen.slice(1));
  });

  it("sees a rotation that was done outside, and one that was asked for here", async () => {
    const { tenantId, connectionId, keyArn: keyId } = await connectAws(scene, "rotated");
    const current = (found: Awaited<ReturnType<typeof probe>>) =>
      found?.versions.find((version) => version.current)?.version;
    const first = current(await probe("rotated", tenantId, connectionId));
    scene.server.doors.rotate({ keyId });
    const outside = await probe("rotated", tenantId, connectionId);
    expect(outside?.versions).toHaveLength(2);
    expect(current(outside)).not.toBe(first);
    const { version } = await done(await rotateCmk(cliContext(t), { tenant: "rotated", connection: "aws" }));
    expect(current(await probe("rotated", tenantId, connectionId))).toBe(version);
    const events = await t.superuser<{ action: string }[]>`
      SELECT action FROM audit_event WHERE tenant_id = ${tenantId} AND target_id = ${connectionId}
      AND action LIKE 'cmk.%' ORDER BY ordinal`;
    expect(events.map(({ action }) => action)).toEqual([
      "cmk.connected",
      "cmk.version_seen",
      "cmk.rotated",
      "cmk.version_seen",
    ]);
  });

  it("is looked at when it is due and by one keeper, and the calls are counted", async () => {
    const { connectionId } = await connectAws(scene, "due");
    expect(await probeDue(scene.k.keeper)).toBe(0);
    await t.superuser`UPDATE kms_probe SET at = now() - interval '4 minutes' WHERE connection_id = ${connectionId}`;
    const both = await Promise.all([probeDue(scene.k.keeper), probeDue(scene.k.keeper)]);
    expect(both.toSorted()).toEqual([0, 1]);
    await flushCalls(scene.k.keeper);
    const { connection } = await getConnection(cliContext(t), { tenant: "due", connection: "aws" });
    expect(connection.calls).toBeGreaterThanOrEqual(2);
    expect(connection.failures).toBe(0);
    // The test is counted too, with its login.
    expect(connection.requests).toBeGreaterThan(connection.calls);
    expect(connection.busiestSecond).toBeGreaterThan(0);
    expect(connection.quota).toEqual({
      perSecond: 20_000,
      scope: "the account in eu-central-1",
      source: expect.stringContaining("aws"),
    });
  });

  it("comes with a test a day, asked for once", async () => {
    const { tenantId, connectionId } = await connectAws(scene, "daily");
    await probe("daily", tenantId, connectionId);
    const asked = () =>
      t.superuser<{ source: string }[]>`
        SELECT source FROM operation WHERE tenant_id = ${tenantId} AND kind = 'test-connection' ORDER BY created_at`;
    expect(await asked()).toHaveLength(1);
    await t.superuser.begin(async (sql) => {
      await sql`SET LOCAL session_replication_role = replica`;
      await sql`UPDATE kms_preflight SET started_at = started_at - interval '25 hours' WHERE tenant_id = ${tenantId}`;
      await sql`UPDATE operation SET created_at = created_at - interval '25 hours' WHERE tenant_id = ${tenantId}`;
    });
    await probe("daily", tenantId, connectionId);
    await probe("daily", tenantId, connectionId);
    expect((await asked()).map(({ source }) => source)).toEqual(["cli", "keeper"]);
  });

  it("of one dead KMS slows nobody else", async () => {
    const { tenantId: dead, connectionId: deadId } = await connectAws(scene, "dead");
    const { tenantId, connectionId } = await connectAws(scene, "alive");
    // The first Decrypt that comes hangs: that of the dead one.
    scene.server.doors.fault({ kind: "hang", times: 1, operation: "Decrypt" });
    const before = scene.server.calls().Decrypt ?? 0;
    const hanging = probeConnection(scene.k.keeper, dead as TenantId, deadId, "probe_dead");
    while ((scene.server.calls().Decrypt ?? 0) === before)
      await new Promise((resolve) => setTimeout(resolve, 5));
    const startedAt = performance.now();
    await probeConnection(scene.k.keeper, tenantId as TenantId, connectionId, "probe_alive");
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    await hanging;
    const { connection } = await getConnection(cliContext(t), { tenant: "dead", connection: "aws" });
    expect(connection.probe).toMatchObject({ health: "unreachable", code: "KMS_TIMEOUT" });
  }, 40_000);
});
