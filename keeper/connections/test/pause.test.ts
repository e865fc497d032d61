import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { cliContext } from "#keeper/testing/test-keeper.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { getConnection } from "#lib/services/connections/get-connection.ts";
import { listDecisions } from "#lib/services/overview/list-decisions.ts";
import { probeConnection } from "../probe.ts";
import { notePauses } from "../start-probes.ts";
import type { AwsScene } from "./aws-scene.ts";
import { connectAws, createAwsScene, preflight } from "./aws-scene.ts";

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

const probeOf = async (tenant: string) =>
  (await getConnection(cliContext(t), { tenant, connection: "aws" })).connection.probe;

it("is told of a connection that is left alone, and of no other", async () => {
  const sick = await connectAws(scene, "sick");
  const probe = (of: { tenantId: string; connectionId: string }) =>
    probeConnection(scene.k.keeper, of.tenantId as TenantId, of.connectionId, "probe_t");
  await probe(sick);
  await notePauses(scene.k.keeper);
  expect(await probeOf("sick")).toMatchObject({ health: "enabled", paused: false });

  scene.server.doors.fault({ kind: "unavailable", times: 50, operation: "Decrypt" });
  for (let i = 0; i < 3; i += 1) await probe(sick);
  scene.server.doors.clearFaults();
  const well = await connectAws(scene, "well");
  await probe(well);
  await notePauses(scene.k.keeper);
  expect(await probeOf("sick")).toMatchObject({ health: "unreachable", paused: true });
  expect(await probeOf("well")).toMatchObject({ health: "enabled", paused: false });
});

it("a test that finds the key about to be deleted says so at once, with the day", async () => {
  const { keyArn: keyId } = await connectAws(scene, "doomed");
  scene.server.doors.scheduleDeletion({ keyId, days: 9 });
  expect(await preflight(scene, "doomed")).toMatchObject({ passed: false });
  const doomed = await probeOf("doomed");
  expect(doomed).toMatchObject({ health: "pending_deletion", code: "KMS_KEY_PENDING_DELETION" });
  expect(Date.parse(doomed?.deletionAt ?? "")).toBeGreaterThan(Date.now() + 8 * 86_400_000);

  const { decisions } = await listDecisions(cliContext(t), {});
  expect(decisions.filter(({ tenant }) => tenant === "doomed")).toMatchObject([
    { kind: "cmk", connection: "aws", code: "pending_deletion", deletionAt: doomed?.deletionAt },
  ]);

  scene.server.doors.cancelDeletion({ keyId });
  scene.server.doors.enable({ keyId });
  expect(await preflight(scene, "doomed")).toMatchObject({ passed: true });
  expect(await probeOf("doomed")).toMatchObject({ health: "enabled", deletionAt: null });
  const left = await listDecisions(cliContext(t), {});
  expect(left.decisions.filter(({ tenant }) => tenant === "doomed")).toEqual([]);
});
