import { randomUUID } from "node:crypto";
import { expect, test } from "./fixtures.ts";
import { expectAccessible } from "./support/accessible.ts";
import { atCloud, KEEPERS_AWS_ID, KEEPERS_TOKEN } from "./support/clouds.ts";
import {
  expectPassed,
  expectSecondVersion,
  fillConnection,
  makeConnection,
  newTenant,
  setSecret,
  stepOf,
  testConnection,
  useConnection,
} from "./support/connecting.ts";

test("AWS: a role that trusts nobody yet, then us by our external id and without any secret", async ({
  page,
}) => {
  const tenant = await newTenant("aws");
  const keyArn = await atCloud("aws", "createKey", {});
  const roleArn = `arn:aws:iam::111122223333:role/${tenant}`;
  const alias = "arn:aws:kms:eu-central-1:111122223333:alias/keyfold";
  await fillConnection(
    page,
    tenant,
    { provider: "aws", name: "frankfurt", access: "role" },
    { "Key ARN": alias, "Role ARN": roleArn },
  );
  await expect(page.getByText("is an alias, which can be pointed at another key")).toBeVisible();
  await page.getByLabel("Key ARN").fill(keyArn);
  await makeConnection(page, "frankfurt");
  const trust = page.getByText(/"sts:ExternalId": /);
  const externalId = /"sts:ExternalId": "([^"]+)"/.exec((await trust.textContent()) ?? "")?.[1] ?? "";
  expect(externalId.length).toBeGreaterThan(20);

  await testConnection(page);
  await expect(stepOf(page, "Prove who we are")).toContainText(externalId);
  await expect(page.getByText("Never passed a test")).toBeVisible();
  await expectAccessible(page);
  await atCloud("aws", "addRole", { roleArn, externalId, mayAssume: KEEPERS_AWS_ID });
  await testConnection(page);
  await expectPassed(page);

  await useConnection(page, tenant, "frankfurt");
  await atCloud("aws", "rotate", { keyId: keyArn });
  await expectSecondVersion(page, tenant, "frankfurt");
});

test("Azure: a secret's id in place of its value, then a role that is missing, then both mended", async ({
  page,
}) => {
  const tenant = await newTenant("azure");
  const clientId = randomUUID();
  await atCloud("azure", "createKey", { name: tenant });
  await atCloud("azure", "addApp", { clientId, secret: "s3cret" });
  await fillConnection(
    page,
    tenant,
    { provider: "azure", name: "own-vault", access: "secret" },
    {
      "Vault address": "https://e2e.vault.azure.net.example.com",
      "Key name": tenant,
      "Directory id": "11111111-2222-4333-8444-555555555555",
      "Client id": clientId,
    },
  );
  await expect(page.getByText("must be the vault's own address")).toBeVisible();
  await page.getByLabel("Vault address").fill("https://e2e.vault.azure.net");
  await makeConnection(page, "own-vault");
  await setSecret(page, /client secret/i, "an id");
  await testConnection(page);
  await expect(stepOf(page, "Prove who we are")).toContainText("AADSTS7000215");

  await setSecret(page, /client secret/i, "s3cret");
  await atCloud("azure", "deny", { credential: clientId, operation: "unwrapKey" });
  await testConnection(page);
  await expect(stepOf(page, "Unwrap it again")).toContainText(
    `az role assignment create --assignee ${clientId}`,
  );
  await atCloud("azure", "allow", { credential: clientId, operation: "unwrapKey" });
  await testConnection(page);
  await expectPassed(page);

  await useConnection(page, tenant, "own-vault");
  await atCloud("azure", "rotate", { name: tenant });
  await expectSecondVersion(page, tenant, "own-vault");
});

test("Google Cloud: another account's key, then a role that is missing, then both mended", async ({
  page,
}) => {
  const tenant = await newTenant("gcp");
  const keyName = `projects/keyfold-e2e/locations/europe-west3/keyRings/keyfold/cryptoKeys/${tenant}`;
  const email = `${tenant}@e2e.iam.gserviceaccount.com`;
  await atCloud("gcp", "createKey", { name: keyName });
  const pem = await atCloud("gcp", "addServiceAccount", { email });
  const others = await atCloud("gcp", "addServiceAccount", { email: `other-${email}` });
  await fillConnection(
    page,
    tenant,
    { provider: "gcp", name: "own-ring", access: "key" },
    { "Key resource name": keyName, "Service account": email },
  );
  await makeConnection(page, "own-ring");
  await setSecret(page, /private key/i, others);
  await testConnection(page);
  await expect(stepOf(page, "Prove who we are")).toContainText("gcloud iam service-accounts keys create");

  await setSecret(page, /private key/i, pem);
  const denied = { credential: email, operation: "cloudkms.cryptoKeyVersions.useToDecrypt" };
  await atCloud("gcp", "deny", denied);
  await testConnection(page);
  await expect(stepOf(page, "Unwrap it again")).toContainText("roles/cloudkms.cryptoKeyEncrypterDecrypter");
  await expectAccessible(page);
  await atCloud("gcp", "allow", denied);
  await testConnection(page);
  await expectPassed(page);

  await useConnection(page, tenant, "own-ring");
  await atCloud("gcp", "rotate", { name: keyName });
  await expectSecondVersion(page, tenant, "own-ring");
});

test("Azure and Google Cloud without a secret: the test says what to trust, and then it passes", async ({
  page,
}) => {
  const tenant = await newTenant("federated");
  const clientId = randomUUID();
  const app = { clientId, assertion: "another keeper's" };
  await atCloud("azure", "createKey", { name: tenant });
  await atCloud("azure", "addApp", app);
  await fillConnection(
    page,
    tenant,
    { provider: "azure", name: "own-vault", access: "federated" },
    {
      "Vault address": "https://e2e.vault.azure.net",
      "Key name": tenant,
      "Directory id": "11111111-2222-4333-8444-555555555555",
      "Client id": clientId,
    },
  );
  await makeConnection(page, "own-vault");
  await testConnection(page);
  await expect(stepOf(page, "Prove who we are")).toContainText("az ad app federated-credential create");
  await atCloud("azure", "addApp", { ...app, assertion: KEEPERS_TOKEN });
  await testConnection(page);
  await expectPassed(page);

  const keyName = `projects/keyfold-e2e/locations/europe-west3/keyRings/keyfold/cryptoKeys/${tenant}`;
  const pool = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/own/providers/keyfold";
  await atCloud("gcp", "createKey", { name: keyName });
  await fillConnection(
    page,
    tenant,
    { provider: "gcp", name: "own-ring", access: "federated" },
    { "Key resource name": keyName, Audience: pool },
  );
  await makeConnection(page, "own-ring");
  await testConnection(page);
  await expect(stepOf(page, "Prove who we are")).toContainText("gcloud iam workload-identity-pools");
  await atCloud("gcp", "addSubject", { subject: `principal://${tenant}`, token: KEEPERS_TOKEN });
  await testConnection(page);
  await expectPassed(page);
});
