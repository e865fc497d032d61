import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { findVersion } from "#db/queries/key-version.ts";
import { findOperation } from "#db/queries/operation.ts";
import { claimOperation } from "#db/queries/operation-claim.ts";
import { withOperator, withTenant } from "#db/tenant-tx.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { openVersion } from "#keeper/keys/open-version.ts";
import { performOperation } from "#keeper/operations/perform.ts";
import type { Scene } from "#keeper/rewrap/test/scene.ts";
import { ended, fillDeks, putFreshDeks, startEngine, startJob, until } from "#keeper/rewrap/test/scene.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import {
  cliContext,
  createTestKeeper,
  makeTenantWithKey,
  rotate,
  settle,
} from "#keeper/testing/test-keeper.ts";
import { newUuid } from "#lib/crypto/uuid.ts";
import { compromiseVersion } from "#lib/services/keys/compromise-version.ts";
import { getKey } from "#lib/services/keys/get-key.ts";
import { retireVersion } from "#lib/services/keys/retire-version.ts";
import { cancelRewrap } from "#lib/services/rewrap/cancel-rewrap.ts";

let t: TestDatabase;
let k: TestKeeper;
let scene: Scene;
let tenants = 0;
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  k = await createTestKeeper(t);
});
beforeEach(async () => {
  const made = await makeTenantWithKey(t, k.keeper, `retire-${(tenants += 1)}`);
  scene = { t, keeper: k.keeper, ...made, deks: new Map() };
  k.keeper.backupSeconds = 0;
});
afterAll(async () => {
  await k.close();
  await t.drop();
});

const REASON = "nothing stands under it any more";
const ask = (version = 1) =>
  retireVersion(cliContext(t), { tenant: scene.slug, key: "default", version, reason: REASON });
const retire = async (version = 1) => settle(t, k.keeper, await ask(version));

const versionRow = async (number = 1) => {
  const version = await withTenant(t.keeper, scene.tenantId, (tx) => findVersion(tx, scene.keyId, number));
  if (!version) throw new Error("gone");
  return version;
};
const heldBy = async (): Promise<string[]> => {
  const [row] = await t.superuser<{ reason: string }[]>`
    SELECT convert_from(entry, 'UTF8')::jsonb ->> 'reason' AS reason FROM audit_event
    WHERE tenant_id = ${scene.tenantId} AND action = 'operation.failed' ORDER BY ordinal DESC LIMIT 1`;
  return row?.reason.split(",") ?? [];
};
const setVersion = (change: Record<string, unknown>) =>
  t.superuser.begin(async (sql) => {
    await sql`SET LOCAL session_replication_role = replica`;
    await sql`UPDATE key_version SET ${sql(change)} WHERE key_id = ${scene.keyId} AND number = 1`;
  });

describe("retiring a version", () => {
  it("destroys an empty one: its wrapped KEK leaves the row, and it never opens again", async () => {
    await rotate(t, k.keeper, scene.slug);
    const before = await versionRow();
    expect(before.blob.length).toBeGreaterThan(0);
    expect(await retire()).toMatchObject({ state: "done", outcome: { version: 1, state: "destroyed" } });
    const after = await versionRow();
    expect(after).toMatchObject({ state: "destroyed", rev: before.rev + 1, toldRev: before.rev + 1 });
    expect(after.blob).toHaveLength(0);
    await expect(k.keeper.keks.forUnwrap(scene.tenantId, scene.keyId, 1, "req_t")).rejects.toMatchObject({
      code: "VERSION_RETIRED",
    });
    // The row itself is a keeper's: only the KEK is gone.
    await expect(openVersion(k.keeper, scene.tenantId, after, "req_t")).rejects.not.toMatchObject({
      reason: "mac",
    });
    const view = await getKey(cliContext(t), { tenant: scene.slug, key: "default" });
    expect(view.versions[0]).toMatchObject({ state: "destroyed", destroyedAt: expect.any(String) });
    await expect(ask()).rejects.toMatchObject({
      code: "VERSION_RETIRED",
      message: expect.stringContaining("Version 1 is retired already"),
    });
  });

  it("also destroys a compromised one", async () => {
    const compromised = await compromiseVersion(cliContext(t), {
      tenant: scene.slug,
      key: "default",
      version: 1,
      reason: REASON,
    });
    await settle(t, k.keeper, compromised);
    expect((await retire()).state).toBe("done");
  });

  it("is refused while it is active and current", async () => {
    const view = await retire();
    expect([view.state, view.error?.code]).toEqual(["failed", "INVALID_STATE"]);
    expect(await heldBy()).toEqual(["state", "current"]);
  });

  it("is refused with every reason that holds it, each with its number", async () => {
    k.keeper.backupSeconds = null;
    await fillDeks(scene, 1, 3);
    await rotate(t, k.keeper, scene.slug);
    const job = await startJob(scene);
    await setVersion({ issued: 7 });
    const view = await retire();
    expect(await heldBy()).toEqual(["deks", "job", "issued", "backup_unknown"]);
    expect(view.error?.code).toBe("INVALID_STATE");
    expect(view.error?.message).not.toContain("two people");
    for (const part of ["3 DEKs stand under it", job, "7 wraps", "KEYFOLD_BACKUP_RETENTION"])
      expect(view.error?.message).toContain(part);
    expect((await versionRow()).state).toBe("deactivated");
    await cancelRewrap(cliContext(t), { tenant: scene.slug, job });
    const { error } = await retire();
    expect(await heldBy()).toEqual(["deks", "issued", "backup_unknown"]);
    expect(error?.code).toBe("APPROVAL_REQUIRED");
    for (const part of ["3 DEKs stand under it", "7 wraps", "two people have to accept that in writing"])
      expect(error?.message).toContain(part);
  });

  it("waits for the backups that may hold its DEKs; their clock begins when a rewrap has emptied it", async () => {
    k.keeper.backupSeconds = 3600;
    await fillDeks(scene, 1, 3);
    await rotate(t, k.keeper, scene.slug);
    const engine = await startEngine(scene);
    const job = await startJob(scene);
    await until(scene, job, ended);
    await engine.close();
    const { versions } = await getKey(cliContext(t), { tenant: scene.slug, key: "default" });
    expect(versions.map(({ emptySince }) => emptySince !== null)).toEqual([true, false]);
    expect((await retire()).error?.code).toBe("APPROVAL_REQUIRED");
    expect(await heldBy()).toEqual(["backup_running"]);
    await setVersion({ empty_since: new Date(Date.now() - 3601_000) });
    expect((await retire()).state).toBe("done");
  });

  it("begins the clock of backups when it is asked for first, when no rewrap did", async () => {
    k.keeper.backupSeconds = 3600;
    await rotate(t, k.keeper, scene.slug);
    await retire();
    expect(await heldBy()).toEqual(["backup_running"]);
    const { versions } = await getKey(cliContext(t), { tenant: scene.slug, key: "default" });
    expect(versions[0]?.emptySince).not.toBeNull();
  });
});

describe("a write under a version while it is being retired", () => {
  it("that passed the fence before the rotation is waited for, and then holds the version", async () => {
    const written = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const writer = withTenant(t.keeper, scene.tenantId, async (tx) => {
      await putFreshDeks(scene, tx, 1, [newUuid()]);
      written.resolve();
      await release.promise;
    });
    await written.promise;
    await rotate(t, k.keeper, scene.slug);
    // Nothing of the write is to be seen yet: a count alone would let the version go.
    const [seen] = await t.superuser<{ n: number }[]>`
      SELECT count(*)::int AS n FROM dek WHERE key_id = ${scene.keyId}`;
    expect(seen?.n).toBe(0);
    const retiring = retire();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await versionRow()).state).toBe("deactivated");
    release.resolve();
    await writer;
    expect((await retiring).state).toBe("failed");
    expect(await heldBy()).toEqual(["deks"]);
  });

  it("never ends up under a destroyed one, whatever the order", async () => {
    const putOne = () =>
      withTenant(t.keeper, scene.tenantId, (tx) => putFreshDeks(scene, tx, 1, [newUuid()])).then(
        () => "asked",
        (error: unknown) => String(error),
      );
    let writing = true;
    // So many at once and no more: on a slow machine the others' turn at the database would never come.
    const writers = Array.from({ length: 4 }, async () => {
      while (writing) {
        await putOne();
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await rotate(t, k.keeper, scene.slug);
    const first = await retire();
    writing = false;
    await Promise.all(writers);
    const [left] = await t.superuser<{ n: number }[]>`
      SELECT count(*)::int AS n FROM dek WHERE key_id = ${scene.keyId} AND key_version = 1`;
    const { state } = await versionRow();
    expect(left?.n).toBeGreaterThan(0);
    expect([first.state, state]).toEqual(["failed", "deactivated"]);
    await t.superuser`DELETE FROM dek WHERE key_id = ${scene.keyId}`;
    expect((await retire()).state).toBe("done");
    expect(await putOne()).toContain("can no longer open anything");
    const [none] = await t.superuser<{ n: number }[]>`
      SELECT count(*)::int AS n FROM dek WHERE key_id = ${scene.keyId}`;
    expect(none?.n).toBe(0);
  });

  it("is tried again later when an old transaction does not end in time", async () => {
    await rotate(t, k.keeper, scene.slug);
    const release = Promise.withResolvers<void>();
    const holding = Promise.withResolvers<void>();
    const idle = withTenant(t.keeper, scene.tenantId, async (tx) => {
      await tx.sql`SELECT pg_current_xact_id()`;
      holding.resolve();
      await release.promise;
    });
    await holding.promise;
    const asked = await ask();
    // Tried once alone: while the transaction is open, no version of any suite on this PostgreSQL is retired.
    const operation = await withOperator(k.keeper.db, (tx) => claimOperation(tx, k.keeper.id));
    if (operation) await performOperation(k.keeper, operation);
    const view = await withOperator(t.cli, (tx) => findOperation(tx, asked.operationId ?? ""));
    expect([operation?.id, view?.state]).toEqual([asked.operationId, "running"]);
    expect((await versionRow()).state).toBe("deactivated");
    release.resolve();
    await idle;
    await t.superuser`UPDATE operation SET lease_until = now() - interval '1 second' WHERE id = ${asked.operationId}`;
    expect((await settle(t, k.keeper, asked)).state).toBe("done");
  }, 30_000);
});
