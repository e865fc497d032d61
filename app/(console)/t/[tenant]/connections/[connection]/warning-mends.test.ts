import { expect, it } from "vitest";
import { CONNECTION_PROVIDERS } from "#lib/domain/connection.ts";
import { CMK_WARNINGS } from "#lib/kms/port.ts";
import { cancelDeletion } from "./cancel-deletion.ts";
import { mendOf } from "./warning-mends.ts";

const CONFIGS = {
  aws: { access: "role", keyArn: "arn:aws:kms:eu-central-1:111122223333:key/k1", roleArn: "arn:role" },
  azure: { access: "secret", vaultUrl: "https://acme.vault.azure.net", keyName: "cmk", clientId: "app" },
  gcp: {
    access: "key",
    keyName: "projects/p1/locations/eu/keyRings/ring/cryptoKeys/cmk",
    serviceAccount: "kf@p1.iam.gserviceaccount.com",
  },
  vault: { access: "approle", mount: "transit", keyName: "cmk", binding: "context" },
} as const;
const told = (provider: (typeof CONNECTION_PROVIDERS)[number]) => ({
  provider,
  config: CONFIGS[provider],
  externalId: null,
});

it("has a line to change for every warning, at a provider that can give it", () => {
  for (const code of CMK_WARNINGS)
    expect(
      CONNECTION_PROVIDERS.filter((provider) => mendOf(told(provider), code) !== null),
      code,
    ).not.toEqual([]);
});

it("names the connection's own key, vault and project in it, and says when only another key helps", () => {
  expect(mendOf(told("azure"), "purge-protection-off")).toEqual({
    code: "az keyvault update --name acme --enable-purge-protection true",
    after: null,
  });
  expect(mendOf(told("aws"), "versions-hidden")?.code).toContain(CONFIGS.aws.keyArn);
  expect(mendOf(told("gcp"), "not-hsm")).toEqual({
    code: expect.stringContaining("--keyring ring --location eu --project p1"),
    after: expect.stringContaining("Make another, connect it, and move the keys"),
  });
  expect(mendOf(told("vault"), "exportable")?.code).toContain("transit/keys/<new name>");
  expect(mendOf(told("vault"), "nothing-we-know")).toBeNull();
});

it("says how a deletion is cancelled where there is a waiting period", () => {
  const doomed = (provider: (typeof CONNECTION_PROVIDERS)[number]) =>
    cancelDeletion({ ...told(provider), probe: null });
  expect(doomed("aws")).toContain("aws kms cancel-key-deletion --region eu-central-1 --key-id arn:aws:kms");
  expect(doomed("aws")).toContain("enable-key");
  expect(doomed("azure")).toBe("az keyvault key recover --vault-name acme --name cmk");
  expect(doomed("gcp")).toContain("gcloud kms keys versions restore <version> --key cmk --keyring ring");
  expect(doomed("vault")).toBeNull();
});
