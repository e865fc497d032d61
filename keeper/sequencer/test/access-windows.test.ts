import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { withTenant } from "#db/tenant-tx.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { createTestKeeper } from "#keeper/testing/test-keeper.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { newId } from "#lib/domain/ids.ts";
import { closeAccessWindows } from "../access-windows.ts";
import { makeTenant, settleLog, verify } from "./log-helpers.ts";

let t: TestDatabase;
let k: TestKeeper;
let acme: TenantId;
let bravo: TenantId;
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  k = await createTestKeeper(t);
  acme = await makeTenant(t, "acme");
  bravo = await makeTenant(t, "bravo");
});
afterAll(async () => {
  await k.close();
  await t.drop();
});

type Window = {
  token: string;
  verb: string;
  count: number;
  failed: number;
  ageSeconds: number;
  isClosed: boolean;
};

const openWindow = (tenant: TenantId, window: Window) =>
  withTenant(
    t.keeper,
    tenant,
    (tx) => tx.sql`
      INSERT INTO access_window (id, tenant_id, token_id, verb, collection, key_version, keeper_id, started_at, ended_at, count, failed)
      VALUES (${newId()}, ${tenant}, ${window.token}, ${window.verb}, 'customers', 3, ${k.keeper.id},
              now() - make_interval(secs => ${window.ageSeconds}), ${window.isClosed ? tx.sql`now()` : null}, ${window.count}, ${window.failed})`,
  );
const left = async () => (await t.superuser`SELECT count(*)::integer AS n FROM access_window`)[0]?.n;
const told = async () =>
  (
    await t.superuser`
      SELECT t.slug, convert_from(e.entry, 'UTF8')::jsonb AS entry FROM audit_event e JOIN tenant t ON t.id = e.tenant_id
      WHERE e.action = 'data.access' ORDER BY e.ordinal`
  ).map(({ slug, entry }) => ({ slug, ...entry }));

describe("access windows", () => {
  it("become one event for each outcome, in the tenant's log, said by the keeper of the token; those still open stay", async () => {
    const [one, two] = [newId(), newId()];
    const [, kept] = [
      await openWindow(acme, {
        token: one,
        verb: "read",
        count: 7,
        failed: 1,
        ageSeconds: 10,
        isClosed: true,
      }),
      await openWindow(acme, {
        token: one,
        verb: "write",
        count: 2,
        failed: 0,
        ageSeconds: 5,
        isClosed: false,
      }),
      await openWindow(bravo, {
        token: two,
        verb: "export",
        count: 0,
        failed: 0,
        ageSeconds: 61,
        isClosed: false,
      }),
    ];
    expect(kept).toBeDefined();
    expect(await closeAccessWindows(k.keeper)).toBe(false);
    expect(await left()).toBe(1);
    const events = await told();
    expect(events).toHaveLength(3);
    const detail = { collection: "customers", key_version: 3, from: expect.stringMatching(/^\d{4}-.*Z$/) };
    expect(events).toContainEqual(
      expect.objectContaining({
        slug: "acme",
        tenant: acme,
        source: "keeper",
        actor: { type: "token", id: one },
        target: { type: "collection", id: "customers" },
        outcome: "ok",
        detail: { ...detail, token: one, verb: "read", count: 6, failed: 0 },
      }),
    );
    expect(events).toContainEqual(
      expect.objectContaining({
        slug: "acme",
        actor: { type: "token", id: one },
        outcome: "error",
        detail: { ...detail, token: one, verb: "read", count: 1, failed: 1 },
      }),
    );
    expect(events).toContainEqual(
      expect.objectContaining({
        slug: "bravo",
        actor: { type: "token", id: two },
        detail: { ...detail, token: two, verb: "export", count: 0, failed: 0, incomplete: true },
      }),
    );
    await settleLog(k.keeper);
    expect((await verify(t, k.dataDir)).ok).toBe(true);
  });

  it("are told once, whoever takes them at the same time, and how they stood last", async () => {
    const before = (await told()).length;
    const token = newId();
    for (let i = 0; i < 20; i += 1) {
      await openWindow(acme, { token, verb: "read", count: i, failed: 0, ageSeconds: 20, isClosed: true });
    }
    await Promise.all([closeAccessWindows(k.keeper), closeAccessWindows(k.keeper)]);
    const counts = (await told()).slice(before).map(({ detail }) => detail.count);
    expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it("of a verb that this version does not know stay, and hold up no other", async () => {
    const before = await left();
    await openWindow(acme, {
      token: newId(),
      verb: "peek",
      count: 1,
      failed: 0,
      ageSeconds: 20,
      isClosed: true,
    });
    const token = newId();
    await openWindow(acme, { token, verb: "read", count: 1, failed: 0, ageSeconds: 10, isClosed: true });
    await closeAccessWindows(k.keeper);
    expect(await left()).toBe(before + 1);
    expect((await told()).at(-1)?.detail.token).toBe(token);
    await t.superuser`DELETE FROM access_window WHERE verb = 'peek'`;
  });
});
