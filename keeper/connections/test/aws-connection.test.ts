import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { cliContext, settle } from "#keeper/testing/test-keeper.ts";
import { getConnection } from "#lib/services/connections/get-connection.ts";
import { removeConnection } from "#lib/services/connections/remove-connection.ts";
import { createKey } from "#lib/services/keys/create-key.ts";
import { createTenant } from "#lib/services/tenants/create-tenant.ts";
import type { AwsScene } from "./aws-scene.ts";
import { askForConnection, connectAws, createAwsScene, preflight, roleArnOf, trust } from "./aws-scene.ts";

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

const tenant = async (slug: string) => (await createTenant(cliContext(t), { slug, name: slug })).result.id;
const states = (test: { steps: { name: string; state: string }[] }) =>
  Object.fromEntries(test.steps.map(({ name, state }) => [name, state]));

describe("a connection to AWS", () => {
  it("is made with an external id of our own and no secret, and asks nothing of AWS", async () => {
    const tenantId = await tenant("made");
    const before = Object.values(scene.server.calls()).length;
    const made = await askForConnection(scene, "made", scene.server.doors.createKey({}));
    expect(made).toMatchObject({
      state: "done",
      outcome: { externalId: expect.stringMatching(/^kf-[0-9a-f]{32}$/) },
    });
    expect(Object.values(scene.server.calls()).length).toBe(before);
    const { connection } = await getConnection(cliContext(t), { tenant: "made", connection: "aws" });
    expect(connection).toMatchObject({ ready: false, secretField: null, probe: null, preflight: null });
    const events = await t.superuser<{ action: string }[]>`
      SELECT action FROM audit_event WHERE tenant_id = ${tenantId} AND target_type = 'connection' ORDER BY xid, ordinal`;
    expect(events.map(({ action }) => action)).toEqual([
      "connection.creation_requested",
      "connection.created",
    ]);
  });

  it("refuses a key that is connected already, in the same words whoever has it", async () => {
    await tenant("first");
    await tenant("second");
    const arn = scene.server.doors.createKey({});
    expect((await askForConnection(scene, "first", arn)).state).toBe("done");
    const foreign = await askForConnection(scene, "second", arn);
    const own = await askForConnection(scene, "first", arn, "again");
    expect(foreign.error?.code).toBe("CONFLICT");
    expect(foreign.error).toEqual(own.error);
  });

  it("is not used before its test has passed", async () => {
    await tenant("early");
    await askForConnection(scene, "early", scene.server.doors.createKey({}));
    await expect(
      createKey(cliContext(t), { tenant: "early", name: "default", connection: "aws" }),
    ).rejects.toMatchObject({ code: "INVALID_STATE" });
  });

  it("of another tenant is not there", async () => {
    await connectAws(scene, "owner-of-it");
    await tenant("stranger");
    const ctx = cliContext(t);
    const missing = expect.objectContaining({ code: "NOT_FOUND" });
    await expect(getConnection(ctx, { tenant: "stranger", connection: "aws" })).rejects.toEqual(missing);
    await expect(createKey(ctx, { tenant: "stranger", name: "default", connection: "aws" })).rejects.toEqual(
      missing,
    );
    await expect(removeConnection(ctx, { tenant: "stranger", connection: "aws" })).rejects.toEqual(missing);
  });

  it("that somebody wrote into the database is refused and reported", async () => {
    const { tenantId, connectionId } = await connectAws(scene, "forged");
    await t.superuser.begin(async (sql) => {
      await sql`SET LOCAL session_replication_role = replica`;
      await sql`UPDATE kms_connection SET config = config || '{"roleArn": "arn:aws:iam::999999999999:role/thief"}'
                WHERE id = ${connectionId}`;
    });
    await expect(preflight(scene, "forged")).rejects.toThrow("INTERNAL");
    const [event] = await t.superuser`
      SELECT outcome FROM audit_event WHERE tenant_id = ${tenantId} AND action = 'connection.refused'`;
    expect(event?.outcome).toBe("denied");
  });

  it("is removed when no key is under it, and its key can be connected again", async () => {
    const { keyArn } = await connectAws(scene, "ended");
    const ctx = cliContext(t);
    const made = await createKey(ctx, { tenant: "ended", name: "default", connection: "aws" });
    expect((await settle(t, scene.k.keeper, made)).state).toBe("done");
    const refused = await settle(
      t,
      scene.k.keeper,
      await removeConnection(ctx, { tenant: "ended", connection: "aws" }),
    );
    expect(refused.error?.code).toBe("INVALID_STATE");

    const { keyArn: free } = await connectAws(scene, "ended-too");
    const ended = await removeConnection(ctx, { tenant: "ended-too", connection: "aws" });
    expect((await settle(t, scene.k.keeper, ended)).state).toBe("done");
    expect((await askForConnection(scene, "ended-too", free)).state).toBe("done");
    expect((await askForConnection(scene, "ended-too", keyArn, "other")).error?.code).toBe("CONFLICT");
  });
});

describe("its test", () => {
  it("passes step by step, and is kept", async () => {
    await tenant("passes");
    const made = await askForConnection(scene, "passes", scene.server.doors.createKey({}));
    trust(scene, "passes", String(made.outcome?.externalId));
    const test = await preflight(scene, "passes");
    expect(test.passed).toBe(true);
    expect(states(test)).toEqual({
      reach: "passed",
      authenticate: "passed",
      describe: "passed",
      wrap: "passed",
      unwrap: "passed",
      "wrong-context": "passed",
      versions: "passed",
      schedule: "passed",
      rotate: "untestable",
    });
    expect(test.p50Ms).toBeGreaterThan(0);
    expect(test.p95Ms).toBeGreaterThanOrEqual(test.p50Ms ?? 0);
    const { connection } = await getConnection(cliContext(t), { tenant: "passes", connection: "aws" });
    expect(connection).toMatchObject({
      ready: true,
      probe: { health: "enabled", versions: [{ current: true }] },
    });
  });

  it("says which line of the trust policy is missing, and passes once it is there", async () => {
    await tenant("mended");
    const made = await askForConnection(scene, "mended", scene.server.doors.createKey({}));
    const externalId = String(made.outcome?.externalId);
    trust(scene, "mended", "kf-of-somebody-else");
    const failed = await preflight(scene, "mended");
    expect(failed.passed).toBe(false);
    const [, step, next] = failed.steps;
    expect(next?.state).toBe("waiting");
    expect(step?.diagnosis).toMatchObject({
      code: "KMS_ACCESS_DENIED",
      providerCode: "AccessDenied",
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(step?.diagnosis?.cause).toContain(roleArnOf("mended"));
    expect(step?.diagnosis?.mend).toContain(`"sts:ExternalId":"${externalId}"`);
    trust(scene, "mended", externalId);
    expect((await preflight(scene, "mended")).passed).toBe(true);
    const { tests } = await getConnection(cliContext(t), { tenant: "mended", connection: "aws" });
    expect(tests.map(({ passed }) => passed)).toEqual([true, false]);
  });

  it.each([
    ["DescribeKey", "describe", "kms:DescribeKey"],
    ["Encrypt", "wrap", "kms:Encrypt"],
    ["Decrypt", "wrap", "kms:Decrypt"],
  ])("names the permission when %s is denied", async (operation, step, action) => {
    const slug = `denied-${operation.toLowerCase()}`;
    await connectAws(scene, slug);
    scene.server.doors.deny({ credential: roleArnOf(slug), operation });
    const test = await preflight(scene, slug).finally(() =>
      scene.server.doors.allow({ credential: roleArnOf(slug), operation }),
    );
    const failed = test.steps.find(({ state }) => state === "failed");
    expect(failed?.name).toBe(step);
    expect(failed?.diagnosis).toMatchObject({
      providerCode: "AccessDeniedException",
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(failed?.diagnosis?.mend).toContain(`"Action":"${action}"`);
  });

  it("passes without what is only nice to have, and says so", async () => {
    await connectAws(scene, "modest");
    for (const operation of ["ListKeyRotations", "GetKeyRotationStatus"])
      scene.server.doors.deny({ credential: roleArnOf("modest"), operation });
    const test = await preflight(scene, "modest");
    for (const operation of ["ListKeyRotations", "GetKeyRotationStatus"])
      scene.server.doors.allow({ credential: roleArnOf("modest"), operation });
    expect(test.passed).toBe(true);
    expect(states(test)).toMatchObject({ versions: "missing", schedule: "missing" });
    expect(test.warnings.map(({ code }) => code)).toEqual(["versions-hidden"]);
  });

  it.each([
    ["Disabled", "KMS_KEY_DISABLED", "aws kms enable-key"],
    ["PendingImport", "KMS_KEY_NOT_READY", "import-key-material"],
    ["PendingDeletion", "KMS_KEY_PENDING_DELETION", "cancel-key-deletion"],
  ] as const)("tells a key that is %s and what undoes it", async (state, code, mend) => {
    const slug = `state-${state.toLowerCase()}`;
    const { keyArn } = await connectAws(scene, slug);
    scene.server.doors.setState({ keyId: keyArn, state });
    const failed = (await preflight(scene, slug)).steps.find((step) => step.state === "failed");
    expect(failed?.diagnosis?.code).toBe(code);
    expect(failed?.diagnosis?.mend).toContain(mend);
  });

  it("tells a key for signing, a key that is not there and a server that is not AWS", async () => {
    await tenant("wrong-kind");
    const signing = scene.server.doors.createKey({ usage: "SIGN_VERIFY", spec: "RSA_2048" });
    const made = await askForConnection(scene, "wrong-kind", signing);
    trust(scene, "wrong-kind", String(made.outcome?.externalId));
    const codes: (string | undefined)[] = [];
    const codeNow = async (slug: string) =>
      codes.push(
        (await preflight(scene, slug)).steps.find((step) => step.state === "failed")?.diagnosis?.code,
      );
    await codeNow("wrong-kind");
    const { keyArn } = await connectAws(scene, "gone");
    scene.server.doors.destroy({ keyId: keyArn });
    await codeNow("gone");
    await connectAws(scene, "not-aws");
    scene.server.doors.fault({ kind: "not-json", operation: "DescribeKey" });
    await codeNow("not-aws");
    expect(codes).toEqual(["KMS_MISCONFIGURED", "KMS_KEY_NOT_FOUND", "KMS_BAD_RESPONSE"]);
  });
});
