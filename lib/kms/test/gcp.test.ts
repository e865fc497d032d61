import { describe, expect, it } from "vitest";
import { crc32cBitwise } from "#emulators/crc32c.ts";
import { takeRandom } from "#lib/crypto/random.ts";
import { kmsConformance } from "../conformance.ts";
import { crc32c } from "../crc32c.ts";
import { createGcpAdapter, type GcpConfig } from "../gcp.ts";
import type { KmsAdapter } from "../port.ts";
import { egressTo } from "./cloud-subject.ts";
import { EMAIL, type GcpSubject, gcpSubject, RING } from "./gcp-subject.ts";
import { rejectionOf } from "./temporary-kms.ts";

const name = `${RING}/cmk`;

const FAULTS = [
  {
    title: "its role was taken away",
    codes: ["KMS_ACCESS_DENIED"] as const,
    inflict: async ({ server }: GcpSubject) => {
      for (const verb of ["useToEncrypt", "useToDecrypt"])
        server.doors.deny({ credential: EMAIL, operation: `cloudkms.cryptoKeyVersions.${verb}` });
    },
  },
  {
    title: "the version is disabled",
    codes: ["KMS_KEY_DISABLED"] as const,
    inflict: async ({ server }: GcpSubject) => server.doors.disable({ name }),
  },
  {
    title: "its destruction is scheduled",
    codes: ["KMS_KEY_PENDING_DELETION"] as const,
    inflict: async ({ server }: GcpSubject) => server.doors.scheduleDeletion({ name }),
  },
  {
    title: "the key is gone",
    codes: ["KMS_KEY_NOT_FOUND"] as const,
    inflict: async ({ server }: GcpSubject) => server.doors.destroy({ name }),
  },
];

describe("Google Cloud KMS conforms", () => {
  it.each(kmsConformance(() => gcpSubject(), FAULTS))("$title", ({ run }) => run());
});

const withAdapter = async (
  subject: GcpSubject,
  change: Partial<GcpConfig>,
  run: (adapter: KmsAdapter) => Promise<void>,
): Promise<void> => {
  const egress = egressTo(subject.server.url);
  const config = { keyResourceName: name, auth: subject.auth, endpoint: subject.server.url, ...change };
  await run(await createGcpAdapter(config, egress));
  egress.close();
};

describe("Google Cloud KMS", () => {
  it("is asked as a workload identity, by itself or as a service account", async () => {
    const subject = await gcpSubject();
    const audience = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x";
    subject.server.doors.addSubject({ subject: "principal://keyfold", token: "ours", impersonates: EMAIL });
    const auth = { kind: "federated", audience, subjectToken: async () => "ours" } as const;
    for (const one of [auth, { ...auth, serviceAccount: EMAIL }])
      await withAdapter(subject, { auth: one }, async (adapter) => {
        expect((await adapter.describe()).health).toBe("enabled");
      });
    const refused = [
      { ...auth, subjectToken: async () => "forged" },
      { ...auth, serviceAccount: "another@my-project.iam.gserviceaccount.com" },
    ];
    for (const one of refused)
      await withAdapter(subject, { auth: one }, async (adapter) => {
        expect(await rejectionOf(adapter.describe())).toBe("KMS_ACCESS_DENIED");
      });
    await subject.close();
  });

  it("refuses a service account whose key is another's", async () => {
    const subject = await gcpSubject();
    const stranger = await gcpSubject();
    await withAdapter(subject, { auth: stranger.auth }, async (adapter) => {
      expect(await rejectionOf(adapter.describe())).toBe("KMS_ACCESS_DENIED");
    });
    await subject.close();
    await stranger.close();
  });

  it("makes a version primary that a call before this one had made", async () => {
    const subject = await gcpSubject();
    const { adapter, server } = subject;
    server.doors.fault({ kind: "unavailable", operation: "updatePrimary" });
    expect(await rejectionOf(adapter.createVersion?.("1") ?? Promise.resolve())).toBe("KMS_UNAVAILABLE");
    expect(await adapter.createVersion?.("1")).toBe("2");
    expect(await adapter.createVersion?.("1")).toBe("2");
    expect((await adapter.describe()).versions).toHaveLength(2);
    await subject.close();
  });

  it("destroys a version after a wait, in which it opens nothing and says so", async () => {
    const subject = await gcpSubject();
    const { adapter, server } = subject;
    const old = await adapter.wrap(takeRandom(64), {});
    await adapter.createVersion?.("1");
    await adapter.destroyVersion?.("1");
    await adapter.destroyVersion?.("1");
    expect(await rejectionOf(adapter.unwrap(old.blob, "1", {}))).toBe("KMS_KEY_PENDING_DELETION");
    expect((await adapter.describe()).versions.map(({ health }) => health)).toEqual([
      "pending_deletion",
      "enabled",
    ]);
    server.doors.moveClock({ seconds: 31 * 86_400 });
    await withAdapter(subject, {}, async (later) => {
      expect(await rejectionOf(later.unwrap(old.blob, "1", {}))).toBe("KMS_KEY_DESTROYED");
    });
    await subject.close();
  });

  it("refuses a key for signing", async () => {
    const subject = await gcpSubject();
    subject.server.doors.createKey({ name: `${RING}/signing`, purpose: "ASYMMETRIC_SIGN" });
    await withAdapter(subject, { keyResourceName: `${RING}/signing` }, async (adapter) => {
      expect(await rejectionOf(adapter.describe())).toBe("KMS_MISCONFIGURED");
      expect(await rejectionOf(adapter.wrap(takeRandom(64), {}))).toBe("KMS_MISCONFIGURED");
    });
    await subject.close();
  });

  it.each([
    "cmk",
    `${name}/cryptoKeyVersions/1`,
    name.replace("my-project", "../other"),
    `${name}:decrypt`,
    `${name}?x=`,
  ])("is not named by %s", async (keyResourceName) => {
    const egress = egressTo("http://127.0.0.1:1");
    const auth = { kind: "service-account", clientEmail: EMAIL, privateKeyPem: "" } as const;
    expect(await rejectionOf(createGcpAdapter({ keyResourceName, auth }, egress))).toBe("KMS_MISCONFIGURED");
  });
});

describe("CRC-32C", () => {
  it("is the one of RFC 3720, appendix B.4", () => {
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a91_36aa);
    expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8_ab43);
    expect(crc32c(Buffer.from("123456789"))).toBe(0xe306_9283);
  });

  it("is what the plain way gives, for any bytes", () => {
    for (let length = 0; length < 200; length++) {
      const bytes = takeRandom(length);
      expect(crc32c(bytes)).toBe(crc32cBitwise(bytes));
    }
  });
});
