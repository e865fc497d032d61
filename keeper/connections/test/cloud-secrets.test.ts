import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { cliContext, settle } from "#keeper/testing/test-keeper.ts";
import { fromBase64Url } from "#lib/sealed/bytes.ts";
import { sealSecret } from "#lib/sealed/sealed-secret.ts";
import { getConnection } from "#lib/services/connections/get-connection.ts";
import { getSealingPlace } from "#lib/services/connections/get-sealing-place.ts";
import { setSecret } from "#lib/services/connections/set-secret.ts";
import { createTenant } from "#lib/services/tenants/create-tenant.ts";
import { ensureSealingKey } from "../sealing-key.ts";
import { preflight } from "./aws-scene.ts";
import { askForCloud, type CloudScene, createCloudScene } from "./cloud-scene.ts";
import { azureCloud, type Cloud, gcpCloud, vaultCloud } from "./clouds.ts";

const TENANT = "with-secret";

/** Makes the credential of the tenant, with what Keyfold is told of it and its secret. */
type Case = {
  start: () => Promise<{ cloud: Cloud; config: Record<string, string>; secret: string; expire?: () => void }>;
  wrong: string;
  wrongCode: string | null;
  expiredCode?: string;
};

const otherKey = (): string =>
  generateKeyPairSync("rsa", { modulusLength: 2048 })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString();

const CASES: Record<string, Case> = {
  azure: {
    start: async () => {
      const cloud = await azureCloud();
      const clientId = cloud.appOf(TENANT);
      cloud.prepare(TENANT);
      cloud.doors.addApp({ clientId, secret: "s3cret" });
      const expire = () => cloud.doors.expireSecret({ clientId });
      return { cloud, config: { access: "secret" }, secret: "s3cret", expire };
    },
    wrong: "its id in place of its value",
    wrongCode: "AADSTS7000215",
    expiredCode: "AADSTS7000222",
  },
  gcp: {
    start: async () => {
      const cloud = await gcpCloud();
      cloud.prepare(TENANT);
      const secret = cloud.doors.addServiceAccount({ email: cloud.accountOf(TENANT) });
      return { cloud, config: { access: "key" }, secret };
    },
    wrong: otherKey(),
    wrongCode: "invalid_grant",
  },
  vault: {
    start: async () => {
      const cloud = await vaultCloud();
      cloud.prepare(TENANT);
      cloud.doors.addAppRole({ roleId: "keyfold", secretId: "s3cret" });
      return { cloud, config: { access: "approle", roleId: "keyfold" }, secret: "s3cret" };
    },
    wrong: "used up",
    wrongCode: "400",
  },
};

describe.each(Object.entries(CASES))("a connection to %s with a secret", (_, given) => {
  let started: Awaited<ReturnType<Case["start"]>>;
  let scene: CloudScene;
  beforeAll(async () => {
    const t = await createTestDatabase(inject("superuserUrl"));
    started = await given.start();
    const made = await createCloudScene(t, started.cloud);
    scene = { ...made, close: () => made.close().then(() => t.drop()) };
    await ensureSealingKey(scene.k.keeper, "req_t");
    await createTenant(cliContext(t), { slug: TENANT, name: "With a secret" });
  });
  afterAll(() => scene.close());

  it("says that it was not given, that it is wrong, passes with the right one, and never shows it", async () => {
    const { t, k } = scene;
    const ctx = cliContext(t);
    const of = { tenant: TENANT, connection: "cmk" };
    expect((await askForCloud(scene, TENANT, started.config)).state).toBe("done");
    const set = async (secret: string): Promise<void> => {
      const { publicKey, place } = await getSealingPlace(ctx, of);
      const sealed = await sealSecret(fromBase64Url(publicKey), place, secret);
      const view = await settle(
        t,
        k.keeper,
        await setSecret(ctx, { ...of, revision: place.revision, sealed }),
      );
      if (view.state !== "done") throw new Error(`${view.error?.code}: ${view.error?.message}`);
    };
    const failed = async () => {
      const step = (await preflight(scene, TENANT, "cmk")).steps.find(({ state }) => state === "failed");
      return { step: step?.name, code: step?.diagnosis?.code, providerCode: step?.diagnosis?.providerCode };
    };
    expect(await failed()).toEqual({
      step: "authenticate",
      code: "KMS_MISCONFIGURED",
      providerCode: "keyfold:no-secret",
    });
    await set(given.wrong);
    expect(await failed()).toEqual({
      step: "authenticate",
      code: "KMS_ACCESS_DENIED",
      providerCode: given.wrongCode,
    });
    await set(started.secret);
    expect((await preflight(scene, TENANT, "cmk")).passed).toBe(true);
    const shown = JSON.stringify(await getConnection(ctx, of));
    expect(shown).not.toContain(started.secret.slice(0, 60));
    expect(shown).toContain('"secretRevision":2');
    if (!started.expire) return;
    started.expire();
    expect(await failed()).toMatchObject({ step: "authenticate", providerCode: given.expiredCode });
  });
});
