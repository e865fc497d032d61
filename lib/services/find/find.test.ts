import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import {
  cliContext,
  createTestKeeper,
  makeTenantWithKey,
  mintTestToken,
  settle,
} from "#keeper/testing/test-keeper.ts";
import { newId } from "#lib/domain/ids.ts";
import type { Role } from "#lib/domain/permissions.ts";
import { makeToken } from "#lib/domain/token.ts";
import type { ServiceContext } from "#lib/services/context.ts";
import { createConnection, createPlatformConnection } from "#lib/services/connections/create-connection.ts";
import { mintOperatorToken } from "#lib/services/operator-tokens/mint-operator-token.ts";
import { startRewrap } from "../rewrap/start-rewrap.ts";
import { findInLog } from "./find-in-log.ts";
import { findThings } from "./find-things.ts";

let t: TestDatabase;
let k: TestKeeper;
let ctx: ServiceContext;
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  k = await createTestKeeper(t);
  ctx = { ...cliContext(t), db: t.console, source: "console" };
});
afterAll(async () => {
  await k.close();
  await t.drop();
});

const hrefs = async (text: string) => (await findThings(ctx, { text })).map(({ href }) => href);
const traces = async (text: string) => (await findInLog(ctx, { text })).map(({ href }) => href);

it("finds a tenant, key, job, token and operation by its id, and tenants and keys by their names", async () => {
  const { tenantId, keyId } = await makeTenantWithKey(t, k.keeper, "acme");
  const { id: tokenId, token } = await mintTestToken(t, k.keeper, "acme", ["records:read"]);
  const { result } = await startRewrap(cliContext(t), { tenant: "acme", key: "default" });
  expect(await hrefs(tenantId)).toEqual(["/t/acme"]);
  expect(await hrefs(`${keyId}/1`)).toEqual(["/t/acme/keys/default"]);
  expect(await hrefs(keyId.toUpperCase())).toEqual(["/t/acme/keys/default"]);
  expect(await hrefs(keyId.slice(0, 13))).toContain("/t/acme/keys/default");
  expect(await hrefs(`${keyId.slice(0, 13)}/1`)).toContain("/t/acme/keys/default");
  expect(await hrefs(result.id.slice(0, 13))).toContain(`/jobs/${result.id}`);
  expect(await hrefs("0190f3a0-b2c4")).toEqual([]);
  expect(await hrefs(result.id)).toEqual([`/jobs/${result.id}`]);
  expect(await hrefs(tokenId)).toEqual(["/t/acme/tokens"]);
  expect(await hrefs(token.slice(0, 16))).toEqual(["/t/acme/tokens"]);
  const [operation] = await t.superuser<{ id: string; event: string }[]>`
    SELECT id, event_id AS event FROM operation LIMIT 1`;
  expect(await hrefs(operation?.id ?? "")).toEqual([`/audit/${operation?.event}`]);
  expect(await hrefs("ACM")).toEqual(["/t/acme", "/t/acme/keys/default"]);
  expect(await hrefs("%")).toEqual([]);
  expect(await hrefs("0190f3a0-b2c4-7def-8123-456789abcdef")).toEqual([]);
});

it("finds connections and operator tokens, for whoever may see their page", async () => {
  await makeTenantWithKey(t, k.keeper, "held");
  const arn = (key: string) => `arn:aws:kms:eu-central-1:111122223333:key/${key}`;
  const connect = async (owner: "held" | null) => {
    const connectionId = newId();
    const roleArn = "arn:aws:iam::111122223333:role/keyfold";
    const given = {
      connectionId,
      name: "aws",
      provider: "aws",
      access: "role",
      keyArn: arn(newId()),
      roleArn,
    };
    const asked = owner
      ? createConnection(cliContext(t), { ...given, custody: "vendor", tenant: owner })
      : createPlatformConnection(cliContext(t), given);
    expect(await settle(t, k.keeper, await asked)).toMatchObject({ state: "done" });
    return connectionId;
  };
  expect(await hrefs(await connect("held"))).toEqual(["/t/held/connections/aws"]);
  const shared = await connect(null);
  expect(await hrefs(shared)).toEqual(["/settings/connections/aws"]);

  const { token, prefix, hash } = await makeToken("oper");
  const tokenId = newId();
  const minted = { tokenId, prefix, hash, scopes: ["crypto:admin"], days: 1 };
  await settle(t, k.keeper, await mintOperatorToken(cliContext(t), minted));
  for (const text of [tokenId, token.slice(0, 16)])
    expect(await hrefs(text)).toEqual(["/settings/operator-tokens"]);

  const as = async (role: Role, text: string) =>
    (await findThings({ ...ctx, actor: { ...ctx.actor, role } }, { text })).map(({ kind }) => kind);
  expect(await as("support", shared)).toEqual(["connection"]);
  expect(await as("support", tokenId)).toEqual([]);
  await expect(as("tenant-admin", shared)).rejects.toMatchObject({ code: "FORBIDDEN" });
});

it("finds an event, and what the log says of a request, a target and an actor", async () => {
  const [event] = await t.superuser<{ id: string; req: string; target: string; actor: string }[]>`
    SELECT id, req, target_id AS target, actor_id AS actor FROM audit_event WHERE action = 'key.rotated'
    UNION ALL SELECT id, req, target_id, actor_id FROM audit_event WHERE action = 'key_version.created' LIMIT 1`;
  expect(await traces(event?.id ?? "")).toEqual([`/audit/${event?.id}`]);
  expect(await traces(event?.target ?? "")).toEqual([
    `/audit?target=${encodeURIComponent(event?.target ?? "")}`,
  ]);
  expect(await traces(event?.actor ?? "")).toEqual([`/audit?actor=${event?.actor}`]);
  expect(await traces("nothing")).toEqual([]);
});
