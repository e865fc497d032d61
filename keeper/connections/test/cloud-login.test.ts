import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { cliContext } from "#keeper/testing/test-keeper.ts";
import { newId } from "#lib/domain/ids.ts";
import { createTenant } from "#lib/services/tenants/create-tenant.ts";
import { preflight } from "./aws-scene.ts";
import { askForCloud, type CloudScene, connectCloud, createCloudScene, startCloud } from "./cloud-scene.ts";
import { azureCloud, gcpCloud, KEEPER_TOKEN, vaultCloud } from "./clouds.ts";

type Azure = Awaited<ReturnType<typeof azureCloud>>;
type Gcp = Awaited<ReturnType<typeof gcpCloud>>;
type Vault = Awaited<ReturnType<typeof vaultCloud>>;

let databases: TestDatabase[] = [];
const fresh = async (): Promise<TestDatabase> => {
  const made = await createTestDatabase(inject("superuserUrl"));
  databases.push(made);
  return made;
};
afterAll(async () => {
  await Promise.all(databases.map((each) => each.drop()));
  databases = [];
});

const failed = async (scene: CloudScene, tenant: string) => {
  const step = (await preflight(scene, tenant, "cmk")).steps.find(({ state }) => state === "failed");
  return { step: step?.name, ...step?.diagnosis };
};

describe("a connection to Azure that cannot be", () => {
  let scene: CloudScene<Azure>;
  beforeAll(async () => {
    scene = await createCloudScene(await fresh(), await azureCloud());
  });
  afterAll(() => scene.close());

  it("is told by what the directory said of the app", async () => {
    const { cloud } = scene;
    await connectCloud(scene, "login");
    const clientId = cloud.appOf("login");
    cloud.doors.removeApp({ clientId });
    expect(await failed(scene, "login")).toMatchObject({
      step: "authenticate",
      code: "KMS_ACCESS_DENIED",
      providerCode: "AADSTS700016",
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      mend: `az ad sp create --id ${clientId}`,
    });
    cloud.doors.addApp({ clientId, assertion: "another issuer's token" });
    expect(await failed(scene, "login")).toMatchObject({
      step: "authenticate",
      providerCode: "AADSTS700213",
      mend: expect.stringContaining(`az ad app federated-credential create --id ${clientId}`),
    });
  });

  it("has the directory of another vault", async () => {
    const { cloud } = scene;
    const directoryId = newId();
    await createTenant(cliContext(scene.t), { slug: "elsewhere", name: "Elsewhere" });
    cloud.prepare("elsewhere");
    cloud.doors.addApp({
      clientId: cloud.appOf("elsewhere"),
      assertion: KEEPER_TOKEN,
      tenantId: directoryId,
    });
    await askForCloud(scene, "elsewhere", { directoryId });
    expect(await failed(scene, "elsewhere")).toMatchObject({
      code: "KMS_MISCONFIGURED",
      providerCode: "keyfold:other-directory",
      mend: expect.stringContaining("properties.tenantId"),
    });
  });

  it.each([
    ["small", { bits: 1024 }, "keyfold:not-rsa", "--kty RSA"],
    ["signs", { operations: ["sign", "verify"] }, "keyfold:key-operations", "--ops wrapKey unwrapKey"],
  ] as const)("has a key that %s", async (slug, options, providerCode, mend) => {
    await startCloud(scene, slug);
    scene.cloud.doors.createKey({ name: `cmk-${slug}`, ...options });
    expect(await failed(scene, slug)).toMatchObject({
      step: "describe",
      code: "KMS_MISCONFIGURED",
      providerCode,
      mend: expect.stringContaining(mend),
    });
  });
});

describe("a connection to Google Cloud that cannot be", () => {
  let scene: CloudScene<Gcp>;
  beforeAll(async () => {
    scene = await createCloudScene(await fresh(), await gcpCloud());
  });
  afterAll(() => scene.close());

  it("is told whether the pool or the service account refuses the keeper", async () => {
    const { cloud } = scene;
    await connectCloud(scene, "login");
    cloud.doors.addSubject({ subject: "other", token: KEEPER_TOKEN });
    const mend =
      "--member 'principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/keyfold/*'";
    expect(await failed(scene, "login")).toMatchObject({
      step: "authenticate",
      code: "KMS_ACCESS_DENIED",
      providerCode: "PERMISSION_DENIED",
      cause: expect.stringContaining(cloud.accountOf("login")),
      mend: expect.stringContaining(mend),
    });
    cloud.doors.removeSubject({ token: KEEPER_TOKEN });
    expect(await failed(scene, "login")).toMatchObject({
      step: "authenticate",
      providerCode: "invalid_grant",
      mend: "gcloud iam workload-identity-pools providers describe oidc --location global --workload-identity-pool keyfold",
    });
  });

  it("has a project without the API, without billing, or a key for signing", async () => {
    const { cloud } = scene;
    cloud.doors.addSubject({ subject: "keeper", token: KEEPER_TOKEN });
    await connectCloud(scene, "off");
    const mends: (string | undefined)[] = [];
    for (const reason of ["SERVICE_DISABLED", "BILLING_DISABLED"] as const) {
      cloud.doors.switchOff({ reason });
      const { providerCode, code, mend } = await failed(scene, "off");
      expect([providerCode, code]).toEqual([reason, "KMS_MISCONFIGURED"]);
      mends.push(mend);
    }
    cloud.doors.switchOff({ reason: null });
    expect(mends).toEqual([
      "gcloud services enable cloudkms.googleapis.com --project acme-prod",
      expect.stringContaining("gcloud billing projects link acme-prod"),
    ]);
    cloud.doors.createKey({ name: cloud.config("off").keyName, purpose: "ASYMMETRIC_SIGN" });
    expect(await failed(scene, "off")).toMatchObject({ providerCode: "keyfold:not-symmetric" });
  });

  it("opens a key for whoever asks", async () => {
    await connectCloud(scene, "loose");
    scene.cloud.doors.ignoreContext({ name: scene.cloud.config("loose").keyName });
    expect(await failed(scene, "loose")).toMatchObject({
      step: "wrong-context",
      code: "KMS_BAD_RESPONSE",
      providerCode: "keyfold:context-ignored",
    });
  });
});

describe("a connection to Vault that cannot be", () => {
  let scene: CloudScene<Vault>;
  beforeAll(async () => {
    scene = await createCloudScene(await fresh(), await vaultCloud());
  });
  afterAll(() => scene.close());

  it("has a role that does not take the keeper's token, or a key that binds nothing", async () => {
    await connectCloud(scene, "login");
    scene.cloud.doors.addJwtRole({ role: "login", jwt: "of another issuer" });
    expect(await failed(scene, "login")).toMatchObject({
      step: "authenticate",
      code: "KMS_ACCESS_DENIED",
      mend: "vault read auth/jwt/role/login",
    });
    await startCloud(scene, "flat");
    scene.cloud.doors.createKey({ name: "cmk-flat", derived: false });
    expect(await failed(scene, "flat")).toMatchObject({
      step: "wrap",
      code: "KMS_MISCONFIGURED",
      mend: "vault read -field=derived transit/keys/cmk-flat",
    });
  });

  it("has no transit engine where it is looked for, or is sealed", async () => {
    await createTenant(cliContext(scene.t), { slug: "mount", name: "Mount" });
    scene.cloud.prepare("mount");
    await askForCloud(scene, "mount", { mount: "keys-of-mine" });
    expect(await failed(scene, "mount")).toMatchObject({
      code: "KMS_MISCONFIGURED",
      mend: "vault secrets enable -path=keys-of-mine transit",
    });
    await connectCloud(scene, "sealed");
    scene.cloud.doors.seal({ sealed: true });
    const said = await failed(scene, "sealed");
    scene.cloud.doors.seal({ sealed: false });
    expect(said).toMatchObject({ step: "authenticate", code: "KMS_UNAVAILABLE", providerCode: "503" });
  });
});
