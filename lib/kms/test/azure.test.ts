import { describe, expect, it } from "vitest";
import { takeRandom } from "#lib/crypto/random.ts";
import { createAzureAdapter } from "../azure.ts";
import { kmsConformance } from "../conformance.ts";
import { type AzureSubject, azureSubject, CLIENT, SECRET } from "./azure-subject.ts";
import { egressTo } from "./cloud-subject.ts";
import { rejectionOf } from "./temporary-kms.ts";

const FAULTS = [
  {
    title: "its role may no longer use the key",
    codes: ["KMS_ACCESS_DENIED"] as const,
    inflict: async ({ server }: AzureSubject) => {
      for (const operation of ["wrapKey", "unwrapKey"])
        server.doors.deny({ credential: CLIENT.clientId, operation });
    },
  },
  {
    title: "the version is disabled, though the service would still wrap with it",
    codes: ["KMS_KEY_DISABLED"] as const,
    inflict: async ({ server }: AzureSubject) => server.doors.disable({ name: "cmk" }),
  },
  {
    title: "the key was deleted",
    codes: ["KMS_KEY_PENDING_DELETION", "KMS_KEY_NOT_FOUND"] as const,
    inflict: async ({ server }: AzureSubject) => server.doors.scheduleDeletion({ name: "cmk" }),
  },
  {
    title: "the key was purged",
    codes: ["KMS_KEY_NOT_FOUND"] as const,
    inflict: async ({ server }: AzureSubject) => server.doors.destroy({ name: "cmk" }),
  },
];

describe("Azure Key Vault conforms", () => {
  it.each(kmsConformance(() => azureSubject(), FAULTS))("$title", ({ run }) => run());
});

const withAdapter = async (
  subject: AzureSubject,
  change: Partial<Parameters<typeof createAzureAdapter>[0]>,
  run: (adapter: Awaited<ReturnType<typeof createAzureAdapter>>) => Promise<void>,
): Promise<void> => {
  const egress = egressTo(subject.server.url, { ca: subject.server.ca });
  const { url } = subject.server;
  await run(
    await createAzureAdapter(
      { vaultUrl: url, keyName: "cmk", auth: SECRET, authorityHost: url, ...change },
      egress,
    ),
  );
  egress.close();
};

describe("Azure Key Vault", () => {
  it("is asked with a federated assertion, and says when the app or the assertion is not known", async () => {
    const subject = await azureSubject();
    const auth = { kind: "federated", ...CLIENT, assertion: async () => "signed by our issuer" } as const;
    await withAdapter(subject, { auth }, async (adapter) => {
      expect((await adapter.describe()).health).toBe("enabled");
    });
    await withAdapter(subject, { auth: { ...auth, assertion: async () => "forged" } }, async (adapter) => {
      const error = await adapter.describe().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "KMS_ACCESS_DENIED", answer: { code: "AADSTS700213" } });
    });
    subject.server.doors.removeApp(CLIENT);
    await withAdapter(subject, {}, async (adapter) => {
      const error = await adapter.describe().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "KMS_ACCESS_DENIED", answer: { code: "AADSTS700016" } });
    });
    await subject.close();
  });

  it("sends nothing to the host that an answer names", async () => {
    const subject = await azureSubject();
    const { url, ca } = subject.server;
    const egress = egressTo(url, { ca });
    const asked = new Set<string>();
    const lying: typeof egress = {
      ...egress,
      send: async (request) => {
        asked.add(request.url.origin);
        const answer = await egress.send(request);
        const text = answer.body
          .toString("utf8")
          .replaceAll(`${url}/keys/`, "https://evil.vault.azure.net/keys/");
        return { ...answer, body: Buffer.from(text) };
      },
    };
    const config = { vaultUrl: url, keyName: "cmk", auth: SECRET, authorityHost: url };
    const adapter = await createAzureAdapter(config, lying);
    const payload = takeRandom(64);
    const { blob, cmkVersion } = await adapter.wrap(payload, {});
    expect(Buffer.from(await adapter.unwrap(blob, cmkVersion, {}))).toEqual(payload);
    expect([...asked]).toEqual([url]);
    egress.close();
    await subject.close();
  });

  it("says that a deleted key can be recovered, and until when", async () => {
    const subject = await azureSubject();
    subject.server.doors.scheduleDeletion({ name: "cmk" });
    const described = await subject.adapter.describe();
    expect(described.health).toBe("pending_deletion");
    expect(described.deletionAt?.getTime()).toBeGreaterThan(Date.now() + 89 * 86_400_000);
    subject.server.doors.cancelDeletion({ name: "cmk" });
    expect((await subject.adapter.describe()).health).toBe("enabled");
    await subject.close();
  });

  it("opens what an older version wrapped, unless that version is disabled", async () => {
    const subject = await azureSubject();
    const { adapter, server } = subject;
    const payload = takeRandom(64);
    const old = await adapter.wrap(payload, {});
    server.doors.rotate({ name: "cmk" });
    expect(Buffer.from(await adapter.unwrap(old.blob, old.cmkVersion, {}))).toEqual(payload);
    server.doors.disable({ name: "cmk", version: old.cmkVersion });
    expect(await rejectionOf(adapter.unwrap(old.blob, old.cmkVersion, {}))).toBe("KMS_KEY_DISABLED");
    expect((await adapter.describe()).versions.map(({ health }) => health).sort()).toEqual([
      "disabled",
      "enabled",
    ]);
    await subject.close();
  });

  it("warns of a key that is not in hardware or expires soon, and refuses one too small or for signing", async () => {
    const subject = await azureSubject();
    const { doors } = subject.server;
    doors.createKey({ name: "soft", kty: "RSA" });
    doors.expire({ name: "soft", inSeconds: 86_400 });
    doors.createKey({ name: "small", bits: 1024 });
    doors.createKey({ name: "signing", operations: ["sign", "verify"] });
    await withAdapter(subject, { keyName: "soft" }, async (adapter) => {
      expect((await adapter.describe()).warnings).toEqual(["not-hsm", "expires-soon"]);
    });
    for (const keyName of ["small", "signing"])
      await withAdapter(subject, { keyName }, async (adapter) => {
        expect(await rejectionOf(adapter.wrap(takeRandom(64), {}))).toBe("KMS_MISCONFIGURED");
      });
    await subject.close();
  });

  it.each([
    "http://name.vault.azure.net",
    "https://name.vault.azure.net.evil.example",
    "https://name.vault.azure.net:8443",
    "https://evil.example/name.vault.azure.net",
    "https://169.254.169.254",
    "name",
  ])("is not at %s", async (vaultUrl) => {
    const egress = egressTo("https://127.0.0.1:1");
    const made = createAzureAdapter({ vaultUrl, keyName: "cmk", auth: SECRET }, egress);
    expect(await rejectionOf(made)).toBe("KMS_MISCONFIGURED");
  });
});
