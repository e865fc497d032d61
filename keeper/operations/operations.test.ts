import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { findCurrentVersion, findVersion } from "#db/queries/key-version.ts";
import { claimOperation } from "#db/queries/operation-claim.ts";
import { withOperator, withTenant } from "#db/tenant-tx.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { openVersion } from "#keeper/keys/open-version.ts";
import { createFirstOwner } from "#keeper/people/create-first-owner.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import {
  cliContext,
  createTestKeeper,
  makeTenantWithKey,
  mintTestToken,
  rotate,
  settle,
} from "#keeper/testing/test-keeper.ts";
import { keyVersionTarget } from "#lib/domain/audit-catalogue.ts";
import { newId } from "#lib/domain/ids.ts";
import { makeToken } from "#lib/domain/token.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import type { ServiceContext } from "#lib/services/context.ts";
import { createKey } from "#lib/services/keys/create-key.ts";
import { requestRotation } from "#lib/services/keys/request-rotation.ts";
import { mintOperatorToken } from "#lib/services/operator-tokens/mint-operator-token.ts";
import { revokeToken } from "#lib/services/tokens/revoke-token.ts";
import { performOperation } from "./perform.ts";

let t: TestDatabase;
let k: TestKeeper;
let owner: ServiceContext;
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  k = await createTestKeeper(t);
  await createFirstOwner(
    k.keeper,
    { email: "Ada@Example.test", password: "correct horse battery" },
    "req_setup",
  );
  const [row] = await t.superuser<{ id: string }[]>`SELECT id FROM person`;
  owner = {
    db: t.console,
    source: "console",
    actor: { type: "person", id: row?.id ?? "", role: "owner" },
    req: "req_console",
  };
});
afterAll(async () => {
  await k.close();
  await t.drop();
});

const actions = async (tenant: string) =>
  (
    await t.superuser<{ action: string }[]>`
      SELECT action FROM audit_event WHERE tenant_id = ${tenant} ORDER BY xid, ordinal`
  ).map((row) => row.action);

describe("creating and rotating a key", () => {
  it("tells its story in order, each change with its event", async () => {
    const { tenantId, slug, keyId } = await makeTenantWithKey(t, k.keeper, "story");
    expect(await rotate(t, k.keeper, slug)).toBe(2);
    expect(await actions(tenantId)).toEqual([
      "tenant.created",
      "key.creation_requested",
      "key.created",
      "key_version.created",
      "key.rotation_requested",
      "key.rotated",
      "key_version.created",
      "key_version.state_changed",
    ]);
    const versions = await withTenant(t.keeper, tenantId, async (tx) => [
      await findVersion(tx, keyId, 1),
      await findVersion(tx, keyId, 2),
    ]);
    expect(versions.map((v) => [v?.state, v?.current, v?.rev, v?.toldRev])).toEqual([
      ["deactivated", false, 2, 2],
      ["active", true, 1, 1],
    ]);
    for (const version of versions) {
      if (!version) throw new Error("gone");
      expect((await openVersion(k.keeper, tenantId, version, "req_t")).version).toBe(version.number);
    }
  });

  it("lets one of two rotations asked for at once win and tells the other", async () => {
    const { slug } = await makeTenantWithKey(t, k.keeper, "race");
    const ctx = cliContext(t);
    const first = await requestRotation(ctx, { tenant: slug, key: "default" });
    const second = await requestRotation(ctx, { tenant: slug, key: "default" });
    expect((await settle(t, k.keeper, first)).state).toBe("done");
    const lost = await settle(t, k.keeper, second);
    expect([lost.state, lost.error?.code]).toEqual(["failed", "CONFLICT"]);
  });

  it("refuses a second key of the same name and a rotation of an unknown one", async () => {
    const { slug } = await makeTenantWithKey(t, k.keeper, "names");
    const ctx = cliContext(t);
    await expect(createKey(ctx, { tenant: slug, name: "default" })).rejects.toMatchObject({
      code: "CONFLICT",
    });
    await expect(requestRotation(ctx, { tenant: slug, key: "other" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    await expect(createKey(ctx, { tenant: "nobody", name: "default" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });
});

describe("who may ask", () => {
  it("performs what an owner asks for in the console", async () => {
    const { slug } = await makeTenantWithKey(t, k.keeper, "asked");
    const changed = await requestRotation(owner, { tenant: slug, key: "default" });
    expect((await settle(t, k.keeper, changed)).state).toBe("done");
  });

  it("refuses a person whose row no keeper wrote, though the console let the request through", async () => {
    const { slug } = await makeTenantWithKey(t, k.keeper, "forged");
    const forged = {
      ...owner,
      actor: { type: "person" as const, id: "0190f3a0-b2c4-7def-8123-4567890abcde", role: "owner" as const },
    };
    await t.superuser`SET session_replication_role = replica`;
    await t.superuser`INSERT INTO person (id, email, name, role, password_hash, rev, mac)
                      VALUES (${forged.actor.id}, 'eve@example.test', 'Eve', 'owner', 'x', 1, '\\x00')`;
    await t.superuser`SET session_replication_role = origin`;
    const view = await settle(t, k.keeper, await requestRotation(forged, { tenant: slug, key: "default" }));
    expect([view.state, view.error?.code]).toEqual(["failed", "FORBIDDEN"]);
  });

  it("takes an operation over when its keeper froze, and does it once", async () => {
    const { slug, tenantId } = await makeTenantWithKey(t, k.keeper, "frozen");
    const changed = await requestRotation(cliContext(t), { tenant: slug, key: "default" });
    const frozen = { ...k.keeper, id: "0190f3a0-b2c4-7def-8123-000000000001" };
    const claimed = await withOperator(t.keeper, (tx) => claimOperation(tx, frozen.id));
    if (!claimed) throw new Error("nothing to claim");
    await t.superuser`UPDATE operation SET lease_until = now() - interval '1 second' WHERE id = ${claimed.id}`;
    expect((await settle(t, k.keeper, changed)).state).toBe("done");
    await performOperation(frozen, claimed);
    expect((await actions(tenantId)).filter((action) => action === "key.rotated")).toHaveLength(1);
  });
});

describe("whose turn it is", () => {
  it("passes those over that have enough under way: a tenant, and the operator", async () => {
    const { slug, tenantId } = await makeTenantWithKey(t, k.keeper, "turns");
    const ctx = cliContext(t);
    const rotation = await requestRotation(ctx, { tenant: slug, key: "default" });
    const { prefix, hash } = await makeToken("oper");
    const input = { tokenId: newId(), prefix, hash, scopes: ["crypto:admin" as const], days: 1 };
    const minting = await mintOperatorToken(ctx, input);
    const next = (except: (typeof tenantId | null)[]) =>
      withOperator(t.keeper, async (tx) => (await claimOperation(tx, k.keeper.id, except))?.id ?? null);
    expect(await next([tenantId, null])).toBeNull();
    expect(await next([tenantId])).toBe(minting.operationId);
    expect(await next([null])).toBe(rotation.operationId);
    await t.superuser`UPDATE operation SET lease_until = now() - interval '1 second' WHERE state = 'running'`;
    await settle(t, k.keeper, rotation);
    expect((await settle(t, k.keeper, minting)).state).toBe("done");
  });
});

describe("a version's row", () => {
  const harm = async (change: () => Promise<unknown>) => {
    await t.superuser`SET session_replication_role = replica`;
    await change();
    await t.superuser`SET session_replication_role = origin`;
  };

  it("is refused and reported when it was changed behind the keeper's back", async () => {
    const { tenantId, slug, keyId } = await makeTenantWithKey(t, k.keeper, "planted");
    await rotate(t, k.keeper, slug);
    await harm(
      () => t.superuser`UPDATE key_version SET state = 'active' WHERE key_id = ${keyId} AND number = 1`,
    );
    const version = await withTenant(t.keeper, tenantId, (tx) => findVersion(tx, keyId, 1));
    if (!version) throw new Error("gone");
    await expect(openVersion(k.keeper, tenantId, version, "req_t")).rejects.toMatchObject({
      code: "INTERNAL",
      reason: "mac",
    });
    expect(await actions(tenantId)).toContain("key_version.refused");
  });

  it("is refused when an old row, with its old and valid MAC, was put back", async () => {
    const { tenantId, slug, keyId } = await makeTenantWithKey(t, k.keeper, "rolled");
    const before = await withTenant(t.keeper, tenantId, (tx) => findCurrentVersion(tx, "default"));
    if (!before) throw new Error("gone");
    await rotate(t, k.keeper, slug);
    await harm(
      () => t.superuser`UPDATE key_version SET state = 'active', rev = 1, mac = ${Buffer.from(before.mac)}, current = false
                        WHERE key_id = ${keyId} AND number = 1`,
    );
    await harm(
      () => t.superuser`UPDATE key_version SET current = (number = 1) WHERE key_id = ${keyId} AND number = 2`,
    );
    await harm(
      () => t.superuser`UPDATE key_version SET current = true WHERE key_id = ${keyId} AND number = 1`,
    );
    const version = await withTenant(t.keeper, tenantId, (tx) => findVersion(tx, keyId, 1));
    if (!version) throw new Error("gone");
    await expect(openVersion(k.keeper, tenantId, version, "req_t")).rejects.toMatchObject({
      code: "INTERNAL",
      reason: "rev",
    });
  });
});

describe("an event of the console", () => {
  it("cannot make a version's row look old", async () => {
    const { tenantId, keyId } = await makeTenantWithKey(t, k.keeper, "spoofed");
    const meta = { source: "console" as const, actor: owner.actor, req: "req_spoof" };
    const event = {
      action: "key_version.state_changed" as const,
      target: keyVersionTarget(keyId, 1),
      detail: { version: 1, from: "active", to: "active", rev: 99 },
    };
    await withTenant(t.console, tenantId, (tx) => writeEvents(tx, meta, [event]));
    const version = await withTenant(t.keeper, tenantId, (tx) => findVersion(tx, keyId, 1));
    if (!version) throw new Error("gone");
    expect((await openVersion(k.keeper, tenantId, version, "req_t")).version).toBe(1);
  });
});

describe("a token", () => {
  it("is minted with a MAC and revoked under a raised rev", async () => {
    const { slug } = await makeTenantWithKey(t, k.keeper, "tokens");
    const { id } = await mintTestToken(t, k.keeper, slug, ["records:read"]);
    const view = await settle(t, k.keeper, await revokeToken(cliContext(t), { tenant: slug, tokenId: id }));
    expect(view.state).toBe("done");
    const [row] =
      await t.superuser`SELECT rev, revoked_at IS NOT NULL AS revoked FROM service_token WHERE id = ${id}`;
    expect(row).toEqual({ rev: 2, revoked: true });
    await expect(revokeToken(cliContext(t), { tenant: slug, tokenId: id })).rejects.toMatchObject({
      code: "INVALID_STATE",
    });
  });
});
