import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { findOperation } from "#db/queries/operation.ts";
import { claimOperation } from "#db/queries/operation-claim.ts";
import { withOperator } from "#db/tenant-tx.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import type { ConnectionPolicy } from "#keeper/connections/policy.ts";
import { createKeeper } from "#keeper/create-keeper.ts";
import type { Keeper } from "#keeper/keeper.ts";
import { performOperation } from "#keeper/operations/perform.ts";
import { openPlatformKey } from "#keeper/platform/open-platform-key.ts";
import type { KeyId, TenantId } from "#lib/domain/ids.ts";
import { newId } from "#lib/domain/ids.ts";
import type { OperationView } from "#lib/domain/operation.ts";
import type { OperatorTokenScope, TokenScope } from "#lib/domain/permissions.ts";
import { makeToken } from "#lib/domain/token.ts";
import type { ServiceContext } from "#lib/services/context.ts";
import type { Changed } from "#lib/services/define-mutation.ts";
import { createKey } from "#lib/services/keys/create-key.ts";
import { requestRotation } from "#lib/services/keys/request-rotation.ts";
import { mintOperatorToken } from "#lib/services/operator-tokens/mint-operator-token.ts";
import { createTenant } from "#lib/services/tenants/create-tenant.ts";
import { mintToken } from "#lib/services/tokens/mint-token.ts";

export type TestKeeper = { keeper: Keeper; dataDir: string; close(): Promise<void> };

/** A fresh root key in a folder of its own. */
const newDataDir = (): string => {
  const dataDir = mkdtempSync(join(tmpdir(), "keyfold-keeper-"));
  writeFileSync(join(dataDir, "root.key"), `${randomBytes(32).toString("hex")}\n`, { mode: 0o600 });
  return dataDir;
};

/**
 * A keeper over a suite's database, with a real local KMS and no loop running. The KMS has a folder of its own, or is
 * that of a keeper process.
 */
export const createTestKeeper = async (
  t: TestDatabase,
  given: { dataDir?: string; connectionPolicy?: ConnectionPolicy } = {},
): Promise<TestKeeper> => {
  const dataDir = given.dataDir ?? newDataDir();
  const stopping = new AbortController();
  const keeper = await createKeeper({
    db: t.keeper,
    sequencerDb: t.sequencer,
    dataDir,
    platformKey: await openPlatformKey({ required: true, remote: null }, {}, dataDir),
    log: pino({ level: "silent" }),
    stop: stopping.signal,
    ...(given.connectionPolicy && { connectionPolicy: given.connectionPolicy }),
  });
  return {
    keeper,
    dataDir,
    close: async () => {
      stopping.abort();
      keeper.connections.close();
      if (given.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
};

/** The command line's context over a suite's database. */
export const cliContext = (t: TestDatabase): ServiceContext => ({
  db: t.cli,
  source: "cli",
  actor: { type: "cli", id: "tester", role: "owner" },
  req: `req_${randomBytes(8).toString("hex")}`,
});

/** Performs what a mutation asked for, at once, and returns how it ended; what another caller has taken up is waited for. */
export const settle = async (
  t: TestDatabase,
  keeper: Keeper,
  changed: Changed<unknown>,
): Promise<OperationView> => {
  const until = performance.now() + 15_000;
  for (;;) {
    const operation = await withOperator(keeper.db, (tx) => claimOperation(tx, keeper.id));
    if (operation) {
      await performOperation(keeper, operation);
      continue;
    }
    const view = await withOperator(t.cli, (tx) => findOperation(tx, changed.operationId ?? ""));
    if (!view) throw new Error("The mutation asked for no operation.");
    if (view.state !== "running" || performance.now() > until) return view;
    await sleep(20);
  }
};

const must = (view: OperationView): Record<string, unknown> => {
  if (view.state !== "done")
    throw new Error(`${view.kind} ended as ${view.state}: ${view.error?.code} ${view.error?.message}`);
  return view.outcome ?? {};
};

/** A tenant with one key, made by the product's own services. */
export const makeTenantWithKey = async (
  t: TestDatabase,
  keeper: Keeper,
  slug: string,
  keyName = "default",
): Promise<{ tenantId: TenantId; slug: string; keyId: KeyId }> => {
  const ctx = cliContext(t);
  const { result } = await createTenant(ctx, { slug, name: slug });
  const made = must(await settle(t, keeper, await createKey(ctx, { tenant: slug, name: keyName })));
  return { tenantId: result.id, slug, keyId: made.keyId as KeyId };
};

/** Rotates a key once and returns the new version's number. */
export const rotate = async (
  t: TestDatabase,
  keeper: Keeper,
  slug: string,
  keyName = "default",
): Promise<number> =>
  must(await settle(t, keeper, await requestRotation(cliContext(t), { tenant: slug, key: keyName })))
    .version as number;

/** A live service token of a tenant. */
export const mintTestToken = async (
  t: TestDatabase,
  keeper: Keeper,
  slug: string,
  scopes: TokenScope[],
  more: { rateLimit?: number } = {},
): Promise<{ id: string; token: string }> => {
  const { token, prefix, hash } = await makeToken();
  const id = newId();
  const input = { tenant: slug, tokenId: id, prefix, hash, scopes, days: 1, ...more };
  must(await settle(t, keeper, await mintToken(cliContext(t), input)));
  return { id, token };
};

/** A live token of the operator's own. */
export const mintTestOperatorToken = async (
  t: TestDatabase,
  keeper: Keeper,
  scopes: OperatorTokenScope[],
): Promise<{ id: string; token: string }> => {
  const { token, prefix, hash } = await makeToken("oper");
  const id = newId();
  must(
    await settle(
      t,
      keeper,
      await mintOperatorToken(cliContext(t), { tokenId: id, prefix, hash, scopes, days: 1 }),
    ),
  );
  return { id, token };
};
