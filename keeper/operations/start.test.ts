import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { AwsScene } from "#keeper/connections/test/aws-scene.ts";
import { connectAws, createAwsScene } from "#keeper/connections/test/aws-scene.ts";
import { cliContext } from "#keeper/testing/test-keeper.ts";
import { testConnection } from "#lib/services/connections/test-connection.ts";
import { createKey } from "#lib/services/keys/create-key.ts";
import { awaitOperation } from "#lib/services/operations/await-operation.ts";
import { createTenant } from "#lib/services/tenants/create-tenant.ts";
import { startOperations } from "./start.ts";

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

it("does what others ask for while one tenant's KMS does not answer", async () => {
  const ctx = cliContext(t);
  await connectAws(scene, "dead");
  await createTenant(ctx, { slug: "other", name: "Other" });
  scene.server.doors.fault({ kind: "hang", operation: "DescribeKey", times: 100 });
  const hanging = await testConnection(ctx, { tenant: "dead", connection: "aws" });
  // More of them than a keeper has places.
  for (let more = 0; more < 20; more += 1) await testConnection(ctx, { tenant: "dead", connection: "aws" });
  const describes = () => scene.server.calls().DescribeKey ?? 0;
  const before = describes();
  const operations = startOperations(scene.k.keeper);
  while (describes() === before) await new Promise((resolve) => setTimeout(resolve, 10));
  const made = await createKey(ctx, { tenant: "other", name: "default" });
  expect((await awaitOperation(ctx, made.operationId ?? "", { timeoutMs: 5_000 })).state).toBe("done");
  const still = await awaitOperation(ctx, hanging.operationId ?? "", { timeoutMs: 1 });
  expect(still.state).toBe("running");
  const ended = await awaitOperation(ctx, hanging.operationId ?? "", { timeoutMs: 15_000 });
  expect(ended.outcome).toMatchObject({ passed: false, step: "describe" });
  await operations.close();
}, 40_000);
