import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { findVersion } from "#db/queries/key-version.ts";
import { withTenant } from "#db/tenant-tx.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { openVersion } from "#keeper/keys/open-version.ts";
import { cliContext, rotate, settle } from "#keeper/testing/test-keeper.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import type { CmkHealth } from "#lib/domain/key-state.ts";
import { rotateCmk } from "#lib/services/connections/rotate-cmk.ts";
import { createKey } from "#lib/services/keys/create-key.ts";
import { listKeys } from "#lib/services/keys/list-keys.ts";
import { moveKey } from "#lib/services/keys/move-key.ts";
import { type CloudScene, connectCloud, createCloudScene, probeCloud } from "./cloud-scene.ts";
import { azureCloud, type Cloud, gcpCloud, vaultCloud } from "./clouds.ts";

type Case = {
  start: () => Promise<Cloud>;
  /** What is asked once to open, and how often in all to move a version in. */
  unwrap: string;
  movingIn: Record<string, number>;
  health: CmkHealth[];
};

// Azure and Vault have no key that waits for its material, and Vault deletes at once.
const CASES: Record<string, Case> = {
  azure: {
    start: azureCloud,
    unwrap: "unwrapKey",
    movingIn: { get: 1, wrapKey: 1 },
    health: ["enabled", "disabled", "pending_deletion", "forbidden", "throttled", "unreachable", "destroyed"],
  },
  gcp: {
    start: gcpCloud,
    unwrap: "decrypt",
    movingIn: { encrypt: 1 },
    health: [
      "enabled",
      "disabled",
      "pending_import",
      "pending_deletion",
      "forbidden",
      "throttled",
      "unreachable",
      "destroyed",
    ],
  },
  vault: {
    start: vaultCloud,
    unwrap: "decrypt",
    movingIn: { read: 1, encrypt: 1 },
    health: ["enabled", "disabled", "forbidden", "throttled", "unreachable", "destroyed"],
  },
};
const DENIABLE: Record<string, string> = { gcp: "cloudkms.cryptoKeyVersions.useToDecrypt" };
const MOVED_VERSIONS = 4;

describe.each(Object.entries(CASES))("under a connection to %s", (provider, given) => {
  let t: TestDatabase;
  let scene: CloudScene;
  beforeAll(async () => {
    t = await createTestDatabase(inject("superuserUrl"));
    scene = await createCloudScene<Cloud>(t, await given.start());
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
    const [key] = (await listKeys(cliContext(t), { tenant })).keys;
    if (!key) throw new Error("There is no key.");
    return key;
  };
  const kekBytes = async (tenantId: TenantId, keyId: string, number: number): Promise<string> => {
    const version = await withTenant(t.keeper, tenantId, (tx) => findVersion(tx, keyId, number));
    if (!version) throw new Error("There is no version.");
    const kek = await openVersion(scene.k.keeper, tenantId, version, "req_t");
    return kek.key.export().toString("hex");
  };

  it("a key is made and rotated, and opens after the CMK was rotated outside and inside", async () => {
    const tenant = `${provider}-under`;
    const connected = await connectCloud(scene, tenant);
    const { tenantId, connectionId } = connected;
    const ctx = cliContext(t);
    await done(await createKey(ctx, { tenant, name: "default", connection: "cmk" }));
    expect(await rotate(t, scene.k.keeper, tenant)).toBe(2);
    const key = await keyOf(tenant);
    expect(key).toMatchObject({ custody: "customer", provider });
    expect(key.versions.map(({ cmk }) => cmk.id)).toEqual([connectionId, connectionId]);
    const keks = await Promise.all([1, 2].map((n) => kekBytes(tenantId, key.id, n)));

    const current = (found: Awaited<ReturnType<typeof probeCloud>>) =>
      found?.versions.find((version) => version.current)?.version;
    const first = current(await probeCloud(scene, tenant, connected));
    scene.cloud.rotate(tenant);
    const outside = await probeCloud(scene, tenant, connected);
    expect(outside?.versions).toHaveLength(2);
    expect(current(outside)).not.toBe(first);
    const { version } = await done(await rotateCmk(ctx, { tenant, connection: "cmk" }));
    const inside = await probeCloud(scene, tenant, connected);
    expect(inside?.versions).toHaveLength(3);
    expect(current(inside)).toBe(version);
    expect(await Promise.all([1, 2].map((n) => kekBytes(tenantId, key.id, n)))).toEqual(keks);
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

  it("a key is moved in and out: the same KEKs, at most three calls for each version", async () => {
    const tenant = `${provider}-moved`;
    const { tenantId, connectionId } = await connectCloud(scene, tenant);
    const ctx = cliContext(t);
    await done(await createKey(ctx, { tenant, name: "default" }));
    for (let n = 1; n < MOVED_VERSIONS; n += 1) await rotate(t, scene.k.keeper, tenant);
    const { id } = await keyOf(tenant);
    const all = Array.from({ length: MOVED_VERSIONS }, (_, index) => index + 1);
    const keks = await Promise.all(all.map((n) => kekBytes(tenantId, id, n)));

    const before = { ...scene.cloud.calls() };
    const asked = (operation: string) => (scene.cloud.calls()[operation] ?? 0) - (before[operation] ?? 0);
    const outcome = await done(await moveKey(ctx, { tenant, key: "default", connection: "cmk" }));
    expect(outcome).toMatchObject({ versions: MOVED_VERSIONS, provider, custody: "customer" });
    expect(outcome.kmsCalls).toBeLessThanOrEqual(3 * MOVED_VERSIONS);
    for (const [operation, each] of Object.entries(given.movingIn))
      expect(asked(operation), operation).toBe(each * MOVED_VERSIONS);
    expect(asked(given.unwrap)).toBe(0);
    const moved = await keyOf(tenant);
    expect(moved.versions.every(({ cmk }) => cmk.id === connectionId)).toBe(true);
    expect(await Promise.all(all.map((n) => kekBytes(tenantId, id, n)))).toEqual(keks);
    expect(asked(given.unwrap)).toBe(MOVED_VERSIONS);

    await done(await moveKey(ctx, { tenant, key: "default", connection: null }));
    expect(await Promise.all(all.map((n) => kekBytes(tenantId, id, n)))).toEqual(keks);
    expect((await keyOf(tenant)).custody).toBe("platform");
  });

  it("another tenant opens nothing with what was wrapped there", async () => {
    const [owner, thief] = [`${provider}-robbed`, `${provider}-thief`];
    const { tenantId } = await connectCloud(scene, owner);
    const theirs = await connectCloud(scene, thief);
    const ctx = cliContext(t);
    for (const tenant of [owner, thief])
      await done(await createKey(ctx, { tenant, name: "default", connection: "cmk" }));
    const version = await withTenant(t.keeper, tenantId, async (tx) =>
      findVersion(tx, (await keyOf(owner)).id, 1),
    );
    if (!version) throw new Error("There is no version.");
    // As its own, under either CMK.
    for (const cmkId of [version.cmkId, theirs.connectionId])
      await expect(
        openVersion(scene.k.keeper, theirs.tenantId, { ...version, cmkId }, "req_t"),
      ).rejects.toThrow();
  });

  it("each value of health is told apart, with its event", async () => {
    const tenant = `${provider}-health`;
    const connected = await connectCloud(scene, tenant);
    const { cloud } = scene;
    const seen: (CmkHealth | undefined)[] = [];
    const look = async () => {
      const found = await probeCloud(scene, tenant, connected);
      seen.push(found?.health);
      return found;
    };
    await look();
    cloud.disable(tenant);
    await look();
    cloud.enable(tenant);
    if (cloud.pend) {
      cloud.pend(tenant);
      await look();
      cloud.enable(tenant);
    }
    if (cloud.scheduleDeletion && cloud.cancelDeletion) {
      cloud.scheduleDeletion(tenant);
      const doomed = await look();
      expect(Date.parse(doomed?.deletionAt ?? "")).toBeGreaterThan(Date.now() + 29 * 86_400_000);
      cloud.cancelDeletion(tenant);
      cloud.enable(tenant);
    }
    const operation = DENIABLE[provider] ?? given.unwrap;
    cloud.deny(tenant, operation);
    await look();
    cloud.allow(tenant, operation);
    cloud.fault({ kind: "throttle", times: 9, operation: given.unwrap });
    await look();
    cloud.clearFaults();
    cloud.fault({ kind: "unavailable", times: 9, operation: given.unwrap });
    expect(await look()).toMatchObject({ code: "KMS_UNAVAILABLE" });
    cloud.clearFaults();
    cloud.destroy(tenant);
    await look();
    expect(seen).toEqual(given.health);
    const events = await t.superuser<{ to: string }[]>`
      SELECT convert_from(entry, 'UTF8')::jsonb #>> '{detail,to}' AS to FROM audit_event
      WHERE tenant_id = ${connected.tenantId} AND action = 'cmk.health_changed' ORDER BY ordinal`;
    expect(events.map(({ to }) => to)).toEqual(given.health.slice(1));
  });
});
