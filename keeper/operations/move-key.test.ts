import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { cliContext, createTestKeeper, makeTenantWithKey, settle } from "#keeper/testing/test-keeper.ts";
import { getKey } from "#lib/services/keys/get-key.ts";
import { moveKey } from "#lib/services/keys/move-key.ts";
import { suspendKey } from "#lib/services/keys/suspend-key.ts";

let t: TestDatabase;
let k: TestKeeper;
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  k = await createTestKeeper(t);
});
afterAll(async () => {
  await k.close();
  await t.drop();
});

it("is asked for at the revision that the person saw: of two who change a key, the second is told", async () => {
  const { slug } = await makeTenantWithKey(t, k.keeper, "seen");
  const seen = await getKey(cliContext(t), { tenant: slug, key: "default" });
  await settle(t, k.keeper, await suspendKey(cliContext(t), { tenant: slug, key: "default" }));
  const input = { tenant: slug, key: "default", connection: null };
  await expect(moveKey(cliContext(t), { ...input, expectedRev: seen.rev })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  const now = await getKey(cliContext(t), { tenant: slug, key: "default" });
  const asked = await moveKey(cliContext(t), { ...input, expectedRev: now.rev });
  // It is under the platform's CMK already, which the keeper sees.
  expect((await settle(t, k.keeper, asked)).error?.code).toBe("INVALID_STATE");
});

it("is refused to whoever may not move keys", async () => {
  const { slug } = await makeTenantWithKey(t, k.keeper, "refused");
  const auditor = { ...cliContext(t), actor: { type: "cli", id: "tester", role: "auditor" } } as const;
  await expect(moveKey(auditor, { tenant: slug, key: "default", connection: null })).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
});
