import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { cliContext } from "#keeper/testing/test-keeper.ts";
import type { PreflightStepName, PreflightView } from "#lib/domain/preflight.ts";
import { getConnection } from "#lib/services/connections/get-connection.ts";
import { createTenant } from "#lib/services/tenants/create-tenant.ts";
import { preflight } from "./aws-scene.ts";
import { type CloudScene, askForCloud, connectCloud, createCloudScene, startCloud } from "./cloud-scene.ts";
import { azureCloud, type Cloud, gcpCloud, vaultCloud } from "./clouds.ts";

const states = ({ steps }: PreflightView) =>
  Object.fromEntries(steps.map(({ name, state }) => [name, state]));
const failedIn = ({ steps }: PreflightView) => steps.find(({ state }) => state === "failed");
const UUID = /^[0-9a-f-]{36}$/;

/** What is denied, the step that says so, what the provider called it, and a part of the line to change. */
type Denial = [operation: string, step: PreflightStepName, providerCode: string, cause: string, mend: string];

type Case = {
  start: () => Promise<Cloud>;
  rotate: string;
  denials: Denial[];
  /** Denied, these take something away and nothing breaks. */
  optional: [operation: string, step: PreflightStepName][];
  /** Vault gives its refusals no id. */
  hasRequestIds: boolean;
  /** Another spelling of the same key. */
  respelled: (config: Record<string, string>) => Record<string, string>;
  disabled: string;
};

const USER_ROLE = '--role "Key Vault Crypto Service Encryption User"';

const CASES: Record<string, Case> = {
  azure: {
    start: azureCloud,
    rotate: "untestable",
    denials: [
      ["get", "describe", "ForbiddenByRbac", "vaults/keys/read", USER_ROLE],
      ["wrapKey", "wrap", "ForbiddenByRbac", "vaults/keys/wrap/action", USER_ROLE],
      ["unwrapKey", "unwrap", "ForbiddenByRbac", "vaults/keys/unwrap/action", USER_ROLE],
    ],
    optional: [
      ["list", "versions"],
      ["rotationPolicy", "schedule"],
    ],
    hasRequestIds: true,
    respelled: ({ vaultUrl, keyName }) => ({
      vaultUrl: `${vaultUrl?.toUpperCase().replace("HTTPS", "https")}/`,
      keyName: keyName?.toUpperCase() ?? "",
    }),
    disabled: "az keyvault key set-attributes",
  },
  gcp: {
    start: gcpCloud,
    rotate: "passed",
    denials: [
      [
        "cloudkms.cryptoKeys.get",
        "describe",
        "PERMISSION_DENIED",
        "cloudkms.cryptoKeys.get",
        "--role roles/cloudkms.viewer",
      ],
      [
        "cloudkms.cryptoKeyVersions.useToEncrypt",
        "wrap",
        "PERMISSION_DENIED",
        "cloudkms.cryptoKeyVersions.useToEncrypt",
        "--role roles/cloudkms.cryptoKeyEncrypterDecrypter",
      ],
      [
        "cloudkms.cryptoKeyVersions.useToDecrypt",
        "unwrap",
        "PERMISSION_DENIED",
        "cloudkms.cryptoKeyVersions.useToDecrypt",
        "--role roles/cloudkms.cryptoKeyEncrypterDecrypter",
      ],
    ],
    optional: [
      ["cloudkms.cryptoKeyVersions.list", "versions"],
      ["cloudkms.cryptoKeys.update", "rotate"],
    ],
    hasRequestIds: true,
    respelled: ({ keyName }) => ({ keyName: ` ${keyName} ` }),
    disabled: "gcloud kms keys versions enable",
  },
  vault: {
    start: vaultCloud,
    rotate: "passed",
    denials: [
      ["read", "describe", "403", "policy of the login", '" { capabilities = ["read"] }'],
      ["encrypt", "wrap", "403", "policy of the login", 'path "transit/encrypt/cmk-'],
      ["decrypt", "unwrap", "403", "policy of the login", 'path "transit/decrypt/cmk-'],
    ],
    optional: [["rotate", "rotate"]],
    hasRequestIds: false,
    respelled: ({ address }) => ({ address: `${address?.replace("vault.example", "VAULT.example")}/` }),
    disabled: "vault read transit/keys/",
  },
};

describe.each(Object.entries(CASES))("the test of a connection to %s", (provider, given) => {
  let t: TestDatabase;
  let scene: CloudScene;
  beforeAll(async () => {
    t = await createTestDatabase(inject("superuserUrl"));
    scene = await createCloudScene<Cloud>(t, await given.start());
  });
  afterAll(async () => {
    await scene.close();
    await t.drop();
  });
  const slugOf = (what: string) => `${provider}-${what.toLowerCase().replaceAll(".", "-")}`.slice(0, 40);

  it("passes in nine steps, and is kept", async () => {
    const tenant = slugOf("passes");
    await startCloud(scene, tenant);
    const test = await preflight(scene, tenant, "cmk");
    expect(states(test)).toEqual({
      reach: "passed",
      authenticate: "passed",
      describe: "passed",
      wrap: "passed",
      unwrap: "passed",
      "wrong-context": "passed",
      versions: "passed",
      schedule: "passed",
      rotate: given.rotate,
    });
    expect(test.p95Ms).toBeGreaterThanOrEqual(test.p50Ms ?? Number.POSITIVE_INFINITY);
    const { connection } = await getConnection(cliContext(t), { tenant, connection: "cmk" });
    expect(connection).toMatchObject({
      ready: true,
      secretField: null,
      probe: { health: "enabled", algorithm: expect.any(String), versions: [{ current: true }] },
    });
  });

  it.each(given.denials)(
    "names what is missing when %s is denied",
    async (operation, step, code, cause, mend) => {
      const tenant = slugOf(`no-${operation}`);
      await startCloud(scene, tenant);
      scene.cloud.deny(tenant, operation);
      const test = await preflight(scene, tenant, "cmk");
      expect(test.passed).toBe(false);
      const failed = failedIn(test);
      expect(failed?.name).toBe(step);
      expect(failed?.tried).not.toBe("");
      expect(failed?.diagnosis).toMatchObject({
        code: "KMS_ACCESS_DENIED",
        providerCode: code,
        providerStatus: 403,
        requestId: given.hasRequestIds ? expect.stringMatching(UUID) : null,
        cause: expect.stringContaining(cause),
        mend: expect.stringContaining(mend),
      });
      scene.cloud.allow(tenant, operation);
      expect((await preflight(scene, tenant, "cmk")).passed).toBe(true);
    },
  );

  it("passes without what is only nice to have, and says what is missing", async () => {
    const tenant = slugOf("modest");
    await startCloud(scene, tenant);
    for (const [operation] of given.optional) scene.cloud.deny(tenant, operation);
    const test = await preflight(scene, tenant, "cmk");
    expect(test.passed).toBe(true);
    expect(states(test)).toMatchObject(
      Object.fromEntries(given.optional.map(([, step]) => [step, "missing"])),
    );
  });

  it("tells a key that is disabled, and one that is gone, from one that was never there", async () => {
    const tenant = slugOf("states");
    await connectCloud(scene, tenant);
    scene.cloud.disable(tenant);
    const disabled = failedIn(await preflight(scene, tenant, "cmk"));
    expect(disabled?.diagnosis?.code).toBe("KMS_KEY_DISABLED");
    expect(disabled?.diagnosis?.mend).toContain(given.disabled);
    scene.cloud.enable(tenant);
    if (scene.cloud.scheduleDeletion) {
      scene.cloud.scheduleDeletion(tenant);
      const doomed = failedIn(await preflight(scene, tenant, "cmk"));
      expect(doomed?.diagnosis?.code).toBe("KMS_KEY_PENDING_DELETION");
      expect(doomed?.diagnosis?.mend).toMatch(/recover|restore/);
    }
    scene.cloud.destroy(tenant);
    const gone = failedIn(await preflight(scene, tenant, "cmk"));
    expect(gone).toMatchObject({ name: "describe", diagnosis: { code: "KMS_KEY_NOT_FOUND" } });
  });

  it.each([
    ["throttle", "KMS_THROTTLED", "higher quota"],
    ["unavailable", "KMS_UNAVAILABLE", "status page"],
    ["not-json", "KMS_BAD_RESPONSE", ""],
    ["wrong-version", "KMS_BAD_RESPONSE", "directly"],
    ["reset", "KMS_UNAVAILABLE", "Allow the keeper to reach"],
  ] as const)("tells what answers with %s", async (kind, code, mend) => {
    const tenant = slugOf(`fault-${kind}`);
    await connectCloud(scene, tenant);
    const operation = { azure: "get", gcp: "get", vault: "read" }[provider];
    scene.cloud.fault({ kind, operation });
    const failed = failedIn(await preflight(scene, tenant, "cmk"));
    scene.cloud.clearFaults();
    expect(failed).toMatchObject({ name: "describe", diagnosis: { code } });
    expect(failed?.diagnosis?.mend).toContain(mend);
  });

  it("is not begun for a key that another tenant has connected, however it is spelled", async () => {
    const [owner, stranger] = [slugOf("owner"), slugOf("stranger")];
    await connectCloud(scene, owner);
    await createTenant(cliContext(t), { slug: stranger, name: stranger });
    const config = scene.cloud.config(owner);
    const before = { ...scene.cloud.calls() };
    const exact = await askForCloud(scene, stranger, config);
    const respelled = await askForCloud(scene, stranger, { ...config, ...given.respelled(config) });
    expect([exact.error?.code, respelled.error?.code]).toEqual(["CONFLICT", "CONFLICT"]);
    expect(scene.cloud.calls()).toEqual(before);
    await expect(getConnection(cliContext(t), { tenant: stranger, connection: "cmk" })).rejects.toMatchObject(
      {
        code: "NOT_FOUND",
      },
    );
  });
});
