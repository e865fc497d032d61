import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { insertOperation } from "#db/queries/operation.ts";
import { holdPlatformConnection } from "#db/queries/connection.ts";
import { withOperator, withTenant } from "#db/tenant-tx.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { startVault } from "#emulators/vault.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { cliContext, createTestKeeper, settle } from "#keeper/testing/test-keeper.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { newId } from "#lib/domain/ids.ts";
import { fromBase64Url } from "#lib/sealed/bytes.ts";
import { sealSecret } from "#lib/sealed/sealed-secret.ts";
import { unwrapKek } from "#lib/kms/wrap-kek.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import { createPlatformConnection } from "#lib/services/connections/create-connection.ts";
import { getPlatformConnection } from "#lib/services/connections/get-connection.ts";
import { getPlatformSealingPlace } from "#lib/services/connections/get-sealing-place.ts";
import { removePlatformConnection } from "#lib/services/connections/remove-connection.ts";
import { setPlatformSecret } from "#lib/services/connections/set-secret.ts";
import { testPlatformConnection } from "#lib/services/connections/test-connection.ts";
import { createKey } from "#lib/services/keys/create-key.ts";
import { moveKey } from "#lib/services/keys/move-key.ts";
import { createTenant } from "#lib/services/tenants/create-tenant.ts";
import { openCmk } from "../open-cmk.ts";
import { CLOSED_POLICY } from "../policy.ts";
import { flushCalls, probeDue } from "../start-probes.ts";

let t: TestDatabase;
let k: TestKeeper;
let vault: Awaited<ReturnType<typeof startVault>>;
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  vault = await startVault();
  vault.doors.addAppRole({ roleId: "keyfold", secretId: "s3cret" });
  const { hostname: to, port } = new URL(vault.url);
  k = await createTestKeeper(t, {
    connectionPolicy: { ...CLOSED_POLICY, opened: [{ to, port: Number(port), plain: true }] },
  });
});
afterAll(async () => {
  await k.close();
  await vault.close();
  await t.drop();
});

const settled = async (changed: Parameters<typeof settle>[2]) => settle(t, k.keeper, changed);
const done = async (changed: Parameters<typeof settle>[2]) => {
  const view = await settled(changed);
  if (view.state !== "done") throw new Error(`${view.error?.code}: ${view.error?.message}`);
  return view.outcome ?? {};
};
const tenant = async (slug: string): Promise<TenantId> =>
  (await createTenant(cliContext(t), { slug, name: slug })).result.id;

const connect = async (name: string): Promise<string> => {
  const ctx = cliContext(t);
  vault.doors.createKey({ name, derived: true });
  const connectionId = newId();
  const config = {
    provider: "vault",
    access: "approle",
    address: vault.url,
    keyName: name,
    roleId: "keyfold",
  };
  await done(await createPlatformConnection(ctx, { connectionId, name, ...config }));
  const { publicKey, place } = await getPlatformSealingPlace(ctx, { connection: name });
  expect(place.tenant).toBe(k.keeper.deploymentId);
  const sealed = await sealSecret(fromBase64Url(publicKey), place, "s3cret");
  await done(await setPlatformSecret(ctx, { connection: name, revision: place.revision, sealed }));
  expect(await done(await testPlatformConnection(ctx, { connection: name }))).toMatchObject({ passed: true });
  return connectionId;
};

describe("a connection of the platform", () => {
  it("holds keys of several tenants, each bound to its own", async () => {
    const [a, b] = [await tenant("ann"), await tenant("bob")];
    const id = await connect("shared");
    for (const slug of ["ann", "bob"])
      await done(await createKey(cliContext(t), { tenant: slug, name: "default", platformConnection: id }));
    const rows = await t.superuser<{ tenant: string; key: string; blob: Uint8Array; version: string }[]>`
      SELECT tenant_id AS tenant, key_id AS key, blob, cmk_version AS version FROM key_version WHERE cmk_id = ${id}`;
    expect(rows.map((row) => row.tenant).toSorted()).toEqual([a, b].toSorted());
    // The same CMK opens neither for the other.
    const adapter = await openCmk(k.keeper, a, id, "req_t");
    for (const { tenant: whose, key, blob, version } of rows) {
      const ref = { blob, cmkVersion: version };
      const open = (as: string) =>
        unwrapKek(adapter, ref, { tenant: as, key, purpose: "default", version: 1 }).then(
          () => "opened",
          (error: unknown) => (error as { code?: string }).code,
        );
      expect(await open(whose)).toBe("opened");
      expect(await open(whose === a ? b : a)).toBe("KMS_INVALID_CIPHERTEXT");
    }
  });

  it("is of no tenant: no tenant's role sees it, and its events are the operator's", async () => {
    const id = await connect("unseen");
    const stranger = await tenant("stranger");
    for (const db of [t.console, t.cli, t.keeper])
      expect(
        await withTenant(db, stranger, (tx) => tx.sql`SELECT id FROM kms_connection WHERE id = ${id}`),
      ).toHaveLength(0);
    const events = await t.superuser<{ action: string; tenant: string | null }[]>`
      SELECT action, tenant_id AS tenant FROM audit_event WHERE target_id = ${id} ORDER BY xid, ordinal`;
    expect(events.every((event) => event.tenant === null)).toBe(true);
    expect(events.map(({ action }) => action)).toEqual([
      "connection.creation_requested",
      "connection.created",
      "connection.secret_requested",
      "connection.secret_set",
      "connection.test_requested",
      "connection.tested",
      "cmk.connected",
    ]);
  });

  it("is probed like any other, and tested when its last test is a day old", async () => {
    const id = await connect("probed");
    await t.superuser`UPDATE kms_probe SET at = now() - interval '1 hour' WHERE connection_id = ${id}`;
    await t.superuser`UPDATE kms_preflight SET started_at = now() - interval '2 days' WHERE connection_id = ${id}`;
    await t.superuser.begin(async (sql) => {
      await sql`SET LOCAL session_replication_role = replica`;
      await sql`UPDATE operation SET created_at = now() - interval '2 days' WHERE tenant_id IS NULL`;
    });
    expect(await probeDue(k.keeper)).toBeGreaterThan(0);
    await flushCalls(k.keeper);
    const asked = await t.superuser`
      SELECT FROM operation WHERE tenant_id IS NULL AND kind = 'test-connection' AND state = 'pending'
      AND input ->> 'connectionId' = ${id}`;
    expect(asked).toHaveLength(1);
    const { connection } = await getPlatformConnection(cliContext(t), { connection: "probed" });
    expect(connection.probe?.health).toBe("enabled");
    expect(connection.calls).toBeGreaterThan(0);
  });

  it("that somebody wrote into the database is refused and reported", async () => {
    const id = await connect("forged");
    await t.superuser.begin(async (sql) => {
      await sql`SET LOCAL session_replication_role = replica`;
      await sql`UPDATE kms_connection SET config = config || '{"keyName": "thief"}' WHERE id = ${id}`;
    });
    const view = await settled(await testPlatformConnection(cliContext(t), { connection: "forged" }));
    expect(view.error?.code).toBe("INTERNAL");
    const [event] = await t.superuser`
      SELECT outcome, tenant_id FROM audit_event WHERE target_id = ${id} AND action = 'connection.refused'`;
    expect(event).toEqual({ outcome: "denied", tenant_id: null });
  });

  it("cannot be made of a tenant's, nor a tenant's of it", async () => {
    const id = await connect("fixed");
    const mallory = await tenant("mallory");
    const change = (set: string) =>
      t.superuser.unsafe(`UPDATE kms_connection SET ${set} WHERE id = '${id}'`).then(
        () => "done",
        (error: { code?: string }) => error.code,
      );
    expect(await change(`tenant_id = '${mallory}'`)).toBe("23503");
    expect(await change("custody = 'vendor'")).toBe("23503");
  });

  it("is held against its removal while a key is put under it, and takes none after", async () => {
    const id = await connect("ending");
    const carol = await tenant("carol");
    await done(await createKey(cliContext(t), { tenant: "carol", name: "default" }));
    const removal = await removePlatformConnection(cliContext(t), { connection: "ending" });
    const order: string[] = [];
    const removing = withTenant(t.keeper, carol, async (tx) => {
      expect(await holdPlatformConnection(tx, id)).toBe(true);
      const ended = settled(removal).then(({ state }) => order.push(state));
      await new Promise((resolve) => setTimeout(resolve, 300));
      order.push("held");
      return { ended };
    });
    await (await removing).ended;
    expect(order).toEqual(["held", "done"]);
    const late = [
      await moveKey(cliContext(t), {
        tenant: "carol",
        key: "default",
        connection: null,
        platformConnection: id,
      }),
      await createKey(cliContext(t), { tenant: "carol", name: "late", platformConnection: id }),
    ];
    for (const changed of late) expect((await settled(changed)).error?.code).toBe("NOT_FOUND");
    expect(await withTenant(t.keeper, carol, (tx) => holdPlatformConnection(tx, id))).toBe(false);
  });

  it("is refused by the keeper to whoever has no role for it, though the console wrote the request", async () => {
    const eve = { type: "person" as const, id: newId() };
    const meta = { source: "console" as const, actor: eve, req: "req_eve" };
    const connectionId = newId();
    const id = newId();
    await withOperator(t.console, async (tx) => {
      const event = {
        action: "connection.test_requested" as const,
        target: { type: "connection" as const, id: connectionId },
        detail: { operation: id },
      };
      const [eventId = ""] = await writeEvents(tx, meta, [event]);
      await insertOperation(tx, {
        kind: "test-connection",
        input: { connectionId },
        id,
        actor: eve,
        req: "r",
        eventId,
      });
    });
    expect((await settled({ result: null, operationId: id })).error?.code).toBe("FORBIDDEN");
  });
});
