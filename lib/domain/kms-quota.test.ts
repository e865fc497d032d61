import { describe, expect, it } from "vitest";
import type { ConnectionConfig } from "./connection.ts";
import { type CmkKind, quotaOf } from "./kms-quota.ts";

const UNKNOWN: CmkKind = { algorithm: null, protection: null };
const aws = (region: string): ConnectionConfig => ({
  provider: "aws",
  access: "keys",
  keyArn: `arn:aws:kms:${region}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
  accessKeyId: "AKIAEXAMPLE",
});
const azure = (vaultUrl: string): ConnectionConfig => ({
  provider: "azure",
  access: "federated",
  vaultUrl,
  keyName: "kek",
  directoryId: "00000000-0000-4000-8000-000000000000",
  clientId: "00000000-0000-4000-8000-000000000001",
});

describe("a provider's quota", () => {
  it("of AWS is the region's", () => {
    const perSecond = ["eu-north-1", "eu-central-1", "us-east-1"].map(
      (region) => quotaOf(aws(region), UNKNOWN)?.perSecond,
    );
    expect(perSecond).toEqual([10_000, 20_000, 100_000]);
    expect(quotaOf(aws("eu-central-1"), UNKNOWN)?.scope).toBe("the account in eu-central-1");
    expect(quotaOf(aws("us-east-1"), { algorithm: null, protection: "external" })?.perSecond).toBe(1_800);
  });

  it("of Azure is the vault's for keys of this size, and not known before the key is", () => {
    const vault = azure("https://name.vault.azure.net");
    const of = (algorithm: string | null) => quotaOf(vault, { algorithm, protection: null })?.perSecond;
    expect([of("RSA 2048"), of("RSA-HSM 2048"), of("RSA-HSM 4096")]).toEqual([400, 200, 25]);
    expect(of(null)).toBeUndefined();
    const hsm = azure("https://name.managedhsm.azure.net");
    expect(quotaOf(hsm, { algorithm: "RSA-HSM 2048", protection: "hsm" })).toBeNull();
  });

  it("of Google is the project's in its place, and Vault has none", () => {
    const gcp: ConnectionConfig = {
      provider: "gcp",
      access: "federated",
      keyName: "projects/acme-prod/locations/europe-west1/keyRings/r/cryptoKeys/k",
      audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/k",
    };
    expect(quotaOf(gcp, UNKNOWN)).toMatchObject({
      perSecond: 10,
      scope: "the project acme-prod in europe-west1",
    });
    const vault: ConnectionConfig = {
      provider: "vault",
      access: "jwt",
      address: "https://vault.example.com:8200",
      mount: "transit",
      keyName: "kek",
      binding: "context",
      role: "keyfold",
    };
    expect(quotaOf(vault, UNKNOWN)).toBeNull();
  });
});
