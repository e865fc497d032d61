import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { connectAws, createAwsScene, preflight, roleArnOf } from "./aws-scene.ts";
import { type CloudScene, connectCloud, createCloudScene } from "./cloud-scene.ts";
import { azureCloud, gcpCloud, vaultCloud } from "./clouds.ts";

const DAY_S = 86_400;

const databases: TestDatabase[] = [];
const fresh = async (): Promise<TestDatabase> => {
  const made = await createTestDatabase(inject("superuserUrl"));
  databases.push(made);
  return made;
};
afterAll(async () => {
  await Promise.all(databases.map((each) => each.drop()));
});

/** What a test that passes warns of. */
const warned = async (scene: Pick<CloudScene, "t" | "k">, tenant: string, name: string) => {
  const test = await preflight(scene, tenant, name);
  if (!test.passed) throw new Error(JSON.stringify(test.steps));
  for (const { code, sentence } of test.warnings) expect(sentence, code).toMatch(/^[A-Z].{20,}\.$/);
  return test.warnings.map(({ code }) => code);
};

describe("a key at AWS is warned of", () => {
  let scene: Awaited<ReturnType<typeof createAwsScene>>;
  beforeAll(async () => {
    scene = await createAwsScene(await fresh());
  });
  afterAll(() => scene.close());
  const statement = (more: object) => ({ Effect: "Allow", Action: "kms:Decrypt", Resource: "*", ...more });

  it("when its policy lets everybody in, or our role do everything, and not when a condition says who", async () => {
    const { keyArn: keyId } = await connectAws(scene, "policy");
    expect(await warned(scene, "policy", "aws")).toEqual([]);
    const found: string[][] = [];
    for (const statements of [
      [statement({ Principal: "*" })],
      [statement({ Principal: { AWS: ["arn:aws:iam::111122223333:root", "*"] } })],
      [statement({ Principal: "*", Condition: { Bool: { "aws:SecureTransport": "true" } } })],
      [statement({ Principal: "*", Condition: { StringEquals: { "kms:CallerAccount": "111122223333" } } })],
      [statement({ Principal: "*", Effect: "Deny" })],
      [statement({ Principal: { AWS: roleArnOf("policy") }, Action: ["kms:*"] })],
      [statement({ Principal: { AWS: roleArnOf("policy") } })],
    ]) {
      scene.server.doors.setPolicy({ keyId, policy: { Version: "2012-10-17", Statement: statements } });
      found.push(await warned(scene, "policy", "aws"));
    }
    expect(found).toEqual([
      ["wildcard-policy"],
      ["wildcard-policy"],
      ["wildcard-policy"],
      [],
      [],
      ["wildcard-actions"],
      [],
    ]);
  });

  it("when its policy cannot be read, and that is no fault", async () => {
    await connectAws(scene, "unread");
    scene.server.doors.deny({ credential: roleArnOf("unread"), operation: "GetKeyPolicy" });
    expect(await warned(scene, "unread", "aws")).toEqual(["policy-unread"]);
  });

  it("when its imported material ends within thirty days", async () => {
    const { keyArn: keyId } = await connectAws(scene, "imported");
    scene.server.doors.expireMaterial({ keyId, inSeconds: 31 * DAY_S });
    expect(await warned(scene, "imported", "aws")).toEqual([]);
    scene.server.doors.expireMaterial({ keyId, inSeconds: 29 * DAY_S });
    expect(await warned(scene, "imported", "aws")).toEqual(["expires-soon"]);
  });
});

describe("a key at Azure is warned of", () => {
  let scene: CloudScene<Awaited<ReturnType<typeof azureCloud>>>;
  beforeAll(async () => {
    scene = await createCloudScene(await fresh(), await azureCloud());
  });
  afterAll(() => scene.close());

  it.each([
    ["plain", {}, []],
    ["soft", { kty: "RSA" }, ["not-hsm"]],
    ["exportable", { exportable: true }, ["exportable"]],
    ["purgeable", { purgeable: true }, ["purge-protection-off"]],
  ] as const)("when it is %s", async (slug, options, expected) => {
    await connectCloud(scene, slug);
    scene.cloud.doors.createKey({ name: `cmk-${slug}`, ...options });
    expect(await warned(scene, slug, "cmk")).toEqual(expected);
  });

  it("when it expires within thirty days, and when its versions are not listed", async () => {
    await connectCloud(scene, "ends");
    scene.cloud.doors.expire({ name: "cmk-ends", inSeconds: 31 * DAY_S });
    expect(await warned(scene, "ends", "cmk")).toEqual([]);
    scene.cloud.doors.expire({ name: "cmk-ends", inSeconds: 29 * DAY_S });
    scene.cloud.deny("ends", "list");
    expect(await warned(scene, "ends", "cmk")).toEqual(["expires-soon", "versions-hidden"]);
  });
});

describe("a key at Google Cloud is warned of", () => {
  let scene: CloudScene<Awaited<ReturnType<typeof gcpCloud>>>;
  beforeAll(async () => {
    scene = await createCloudScene(await fresh(), await gcpCloud());
  });
  afterAll(() => scene.close());

  it("when it is in software", async () => {
    await connectCloud(scene, "soft");
    expect(await warned(scene, "soft", "cmk")).toEqual([]);
    scene.cloud.doors.createKey({
      name: scene.cloud.config("soft").keyName,
      protectionLevel: "SOFTWARE",
    });
    expect(await warned(scene, "soft", "cmk")).toEqual(["not-hsm"]);
  });

  it("when its policy lets everybody in, or our account do everything, or cannot be read", async () => {
    await connectCloud(scene, "policy");
    const { name, own } = {
      name: scene.cloud.config("policy").keyName,
      own: `serviceAccount:${scene.cloud.accountOf("policy")}`,
    };
    const role = "roles/cloudkms.cryptoKeyDecrypter";
    scene.cloud.doors.setBindings({ name, bindings: [{ role, members: [own] }] });
    expect(await warned(scene, "policy", "cmk")).toEqual([]);
    scene.cloud.doors.setBindings({
      name,
      bindings: [
        { role, members: [own, "allAuthenticatedUsers"] },
        { role: "roles/cloudkms.admin", members: [own] },
      ],
    });
    expect(await warned(scene, "policy", "cmk")).toEqual(["wildcard-policy", "wildcard-actions"]);
    scene.cloud.deny("policy", "cloudkms.cryptoKeys.getIamPolicy");
    expect(await warned(scene, "policy", "cmk")).toEqual(["policy-unread"]);
  });
});

describe("a key at Vault is warned of", () => {
  let scene: CloudScene<Awaited<ReturnType<typeof vaultCloud>>>;
  beforeAll(async () => {
    scene = await createCloudScene(await fresh(), await vaultCloud());
  });
  afterAll(() => scene.close());

  it("when it can be exported or deleted, and when the login may use other keys", async () => {
    await connectCloud(scene, "loose");
    expect(await warned(scene, "loose", "cmk")).toEqual(["not-hsm"]);
    scene.cloud.doors.createKey({ name: "cmk-loose", exportable: true });
    scene.cloud.doors.allowDeletion({ name: "cmk-loose" });
    scene.cloud.doors.unlimit({ credential: "loose" });
    expect(await warned(scene, "loose", "cmk")).toEqual([
      "not-hsm",
      "exportable",
      "deletion-allowed",
      "wildcard-policy",
      "wildcard-actions",
    ]);
  });
});
