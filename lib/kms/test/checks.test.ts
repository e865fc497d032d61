import { afterEach, describe, expect, it } from "vitest";
import type { KmsSubject } from "../conformance.ts";
import { awsSubject, ROLE } from "./aws-subject.ts";
import { azureSubject, CLIENT } from "./azure-subject.ts";
import { EMAIL, gcpSubject } from "./gcp-subject.ts";
import { rejectionOf } from "./temporary-kms.ts";
import { vaultSubject } from "./vault-subject.ts";

let open: KmsSubject | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

const keep = async <S extends KmsSubject>(subject: Promise<S>) => {
  const made = await subject;
  open = made;
  const { checks } = made.adapter;
  if (!checks) throw new Error("The adapter has no checks.");
  return { ...made, checks };
};

describe("what a connection's test asks", () => {
  it.each([
    ["aws", () => awsSubject(), undefined],
    ["azure", () => azureSubject(), undefined],
    ["gcp", () => gcpSubject(), true],
    ["vault", () => vaultSubject("context")(), true],
  ] as const)("%s answers", async (_, make, mayRotate) => {
    const { checks } = await keep<KmsSubject>(make());
    await checks.reach();
    await checks.authenticate();
    expect(await checks.readSchedule()).toEqual({ automatic: false, periodDays: null, nextAt: null });
    expect(await checks.mayCreateVersion?.()).toBe(mayRotate);
  });

  it("is told that Google or Vault would not let it rotate", async () => {
    const gcp = await keep(gcpSubject());
    gcp.server.doors.deny({ credential: EMAIL, operation: "cloudkms.cryptoKeyVersions.create" });
    expect(await gcp.checks.mayCreateVersion?.()).toBe(false);
    await gcp.close();
    const vault = await keep(vaultSubject("context")());
    vault.server.doors.deny({ credential: "keyfold", operation: "rotate" });
    expect(await vault.checks.mayCreateVersion?.()).toBe(false);
  });

  it("fails by itself where the login or the schedule is denied", async () => {
    const aws = await keep(awsSubject());
    aws.server.doors.addRole({ ...ROLE, externalId: "another", mayAssume: "AKIAEMULATOR" });
    expect(await rejectionOf(aws.checks.authenticate())).toBe("KMS_ACCESS_DENIED");
    await aws.close();
    const azure = await keep(azureSubject());
    azure.server.doors.deny({ credential: CLIENT.clientId, operation: "rotationPolicy" });
    expect(await rejectionOf(azure.checks.readSchedule())).toBe("KMS_ACCESS_DENIED");
    azure.server.doors.removeApp({ clientId: CLIENT.clientId });
    const again = await rejectionOf(azure.checks.authenticate());
    expect(again).toBe("KMS_ACCESS_DENIED");
  });

  it("says that nobody answers", async () => {
    const { checks, server } = await keep(vaultSubject("context")());
    await server.close();
    expect(await rejectionOf(checks.reach())).toBe("KMS_UNAVAILABLE");
  });
});
