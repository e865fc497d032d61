import { describe, expect, it } from "vitest";
import { takeRandom } from "#lib/crypto/random.ts";
import { createAwsAdapter } from "../aws.ts";
import { parseKeyArn } from "../aws-arn.ts";
import { signHeaders } from "../aws-credentials.ts";
import { kmsConformance } from "../conformance.ts";
import { type AwsSubject, awsSubject, ROLE, SOURCE } from "./aws-subject.ts";
import { egressTo } from "./cloud-subject.ts";
import { rejectionOf } from "./temporary-kms.ts";

const FAULTS = [
  {
    title: "the role may no longer use the key",
    codes: ["KMS_ACCESS_DENIED"] as const,
    inflict: async ({ server }: AwsSubject) => {
      for (const operation of ["Encrypt", "Decrypt"])
        server.doors.deny({ credential: ROLE.roleArn, operation });
    },
  },
  {
    title: "the key is disabled",
    codes: ["KMS_KEY_DISABLED"] as const,
    inflict: async ({ server, keyId }: AwsSubject) => server.doors.disable({ keyId }),
  },
  {
    title: "its deletion is scheduled",
    codes: ["KMS_KEY_PENDING_DELETION"] as const,
    inflict: async ({ server, keyId }: AwsSubject) => void server.doors.scheduleDeletion({ keyId }),
  },
  {
    title: "it was deleted",
    codes: ["KMS_KEY_NOT_FOUND"] as const,
    inflict: async ({ server, keyId }: AwsSubject) => server.doors.destroy({ keyId }),
  },
  {
    title: "it waits for its material",
    codes: ["KMS_KEY_NOT_READY"] as const,
    inflict: async ({ server, keyId }: AwsSubject) =>
      server.doors.setState({ keyId, state: "PendingImport" }),
  },
];

describe("AWS KMS conforms", () => {
  it.each(kmsConformance(() => awsSubject(), FAULTS))("$title", ({ run }) => run());
});

describe("AWS KMS", () => {
  it("gives a role to no one without its external id", async () => {
    const subject = await awsSubject();
    const egress = egressTo(subject.server.url);
    const stranger = await createAwsAdapter(
      {
        keyArn: subject.keyId,
        endpoint: subject.server.url,
        auth: { kind: "role", ...ROLE, externalId: "guessed", from: SOURCE },
      },
      egress,
    );
    const error = await stranger.describe().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "KMS_ACCESS_DENIED", answer: { code: "AccessDenied", status: 403 } });
    egress.close();
    await subject.close();
  });

  it("assumes the role once for many calls", async () => {
    const subject = await awsSubject();
    await Promise.all(Array.from({ length: 5 }, () => subject.adapter.describe()));
    expect(subject.server.calls()["AssumeRole"]).toBe(1);
    await subject.close();
  });

  it("describes a key whose versions are hidden from it, with a warning", async () => {
    const subject = await awsSubject();
    subject.server.doors.deny({ credential: ROLE.roleArn, operation: "ListKeyRotations" });
    const described = await subject.adapter.describe();
    expect(described).toMatchObject({ health: "enabled", warnings: ["versions-hidden"] });
    expect(described.versions).toHaveLength(1);
    await subject.close();
  });

  it("says when a key will be deleted", async () => {
    const subject = await awsSubject();
    subject.server.doors.scheduleDeletion({ keyId: subject.keyId, days: 7 });
    const described = await subject.adapter.describe();
    expect(described.health).toBe("pending_deletion");
    expect(described.deletionAt?.getTime()).toBeGreaterThan(Date.now() + 6 * 86_400_000);
    await subject.close();
  });

  it("rotates a key 25 times and no more", async () => {
    const subject = await awsSubject();
    let version = (await subject.adapter.describe()).currentVersion ?? "";
    for (let i = 0; i < 25; i++) version = (await subject.adapter.createVersion?.(version)) ?? "";
    expect(await rejectionOf(subject.adapter.createVersion?.(version) ?? Promise.resolve())).toBe(
      "KMS_LIMIT_EXCEEDED",
    );
    await subject.close();
  });

  it("does not rotate a key that somebody disabled", async () => {
    const subject = await awsSubject();
    const { currentVersion } = await subject.adapter.describe();
    subject.server.doors.disable({ keyId: subject.keyId });
    expect(
      await rejectionOf(subject.adapter.createVersion?.(currentVersion ?? "") ?? Promise.resolve()),
    ).toBe("KMS_KEY_DISABLED");
    expect(subject.server.calls()["RotateKeyOnDemand"]).toBeUndefined();
    await subject.close();
  });

  it("refuses an asymmetric key", async () => {
    const subject = await awsSubject();
    const keyArn = subject.server.doors.createKey({ usage: "SIGN_VERIFY", spec: "RSA_2048" });
    const egress = egressTo(subject.server.url);
    const adapter = await createAwsAdapter(
      { keyArn, endpoint: subject.server.url, auth: { kind: "role", ...ROLE, from: SOURCE } },
      egress,
    );
    expect(await rejectionOf(adapter.describe())).toBe("KMS_MISCONFIGURED");
    expect(await rejectionOf(adapter.wrap(takeRandom(64), {}))).toBe("KMS_MISCONFIGURED");
    egress.close();
    await subject.close();
  });

  it.each([
    "alias/keyfold",
    "arn:aws:kms:eu-central-1:111122223333:alias/keyfold",
    "arn:aws:kms:eu-central-1:1111:key/0190f3a0-b2c4-4def-8123-456789abcc01",
    "arn:aws:kms:evil.example.com/:111122223333:key/0190f3a0-b2c4-4def-8123-456789abcc01",
    "0190f3a0-b2c4-4def-8123-456789abcc01",
  ])("is not named by %s", (text) => expect(() => parseKeyArn(text)).toThrow(/ARN/));
});

describe("Signature Version 4", () => {
  // The case "post-x-www-form-urlencoded" of AWS's own test suite for Signature Version 4.
  it("signs a form as AWS does", () => {
    const secret = {
      accessKeyId: "AKIDEXAMPLE",
      secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    };
    const url = new URL("https://example.amazonaws.com/");
    const place = { service: "service", region: "us-east-1" };
    const signed = signHeaders(url, "Param1=value1", secret, place, new Date("2015-08-30T12:36:00Z"));
    expect(signed["authorization"]).toBe(
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    );
  });
});
