import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { cliContext, createTestKeeper, makeTenantWithKey, settle } from "#keeper/testing/test-keeper.ts";
import { newId } from "#lib/domain/ids.ts";
import { makeToken } from "#lib/domain/token.ts";
import type { ServiceContext } from "#lib/services/context.ts";
import { listOperatorTokens } from "#lib/services/operator-tokens/list-operator-tokens.ts";
import { mintOperatorToken } from "#lib/services/operator-tokens/mint-operator-token.ts";
import { listTokens } from "./list-tokens.ts";
import { mintToken } from "./mint-token.ts";

let t: TestDatabase;
let k: TestKeeper;
let ctx: ServiceContext;
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  k = await createTestKeeper(t);
  ctx = cliContext(t);
  await makeTenantWithKey(t, k.keeper, "acme");
});
afterAll(async () => {
  await k.close();
  await t.drop();
});

const kinds = [
  { whose: "a tenant's", kind: "live", mint: mintToken, list: listTokens },
  { whose: "the operator's", kind: "oper", mint: mintOperatorToken, list: listOperatorTokens },
] as const;

describe.each(kinds)("the limit of $whose token", ({ kind, mint, list }) => {
  const ask = async (more: { rateLimit?: unknown }) => {
    const { prefix, hash } = await makeToken(kind);
    const made = { tokenId: newId(), prefix, hash, scopes: ["crypto:admin"], days: 1 };
    return mint(ctx, { tenant: "acme", ...made, ...more });
  };
  const details = async (id: string) => {
    const rows = await t.superuser<{ detail: { rate_limit?: number } }[]>`
      SELECT convert_from(entry, 'UTF8')::jsonb -> 'detail' AS detail FROM audit_event
      WHERE target_id = ${id} ORDER BY ordinal`;
    return rows.map(({ detail }) => detail.rate_limit);
  };

  it.each([1, 50, 10_000, undefined])("may be %s, and is shown in the list and in the log", async (limit) => {
    const asked = await ask(limit === undefined ? {} : { rateLimit: limit });
    expect((await settle(t, k.keeper, asked)).state).toBe("done");
    const shown = (await list(ctx, { tenant: "acme" })).tokens.find(({ id }) => id === asked.result.id);
    expect(shown?.rateLimit).toBe(limit ?? null);
    expect(await details(asked.result.id)).toEqual([limit, limit]);
  });

  it.each([0, -1, 1.5, 10_001, "5", null, Number.NaN])("cannot be %s", async (rateLimit) => {
    await expect(ask({ rateLimit })).rejects.toMatchObject({
      code: "INVALID_INPUT",
      fields: { rateLimit: ["A limit is a whole number of requests a second from 1 to 10,000."] },
    });
  });
});
