import { describe, expect, it } from "vitest";
import { takeRandom } from "#lib/crypto/random.ts";
import { kmsConformance } from "../conformance.ts";
import { createVaultAdapter } from "../vault.ts";
import { egressTo } from "./cloud-subject.ts";
import { rejectionOf } from "./temporary-kms.ts";
import { type VaultSubject, vaultSubject } from "./vault-subject.ts";

const FAULTS = [
  {
    title: "its policy no longer allows it",
    codes: ["KMS_ACCESS_DENIED"] as const,
    inflict: async ({ server }: VaultSubject) => {
      for (const operation of ["encrypt", "decrypt"]) server.doors.deny({ credential: "keyfold", operation });
    },
  },
  {
    title: "the key is soft-deleted",
    codes: ["KMS_KEY_DISABLED"] as const,
    inflict: async ({ server }: VaultSubject) => server.doors.disable({ name: "cmk" }),
  },
  {
    title: "the key was deleted",
    codes: ["KMS_KEY_NOT_FOUND"] as const,
    inflict: async ({ server }: VaultSubject) => server.doors.destroy({ name: "cmk" }),
  },
  {
    title: "the server is sealed",
    codes: ["KMS_UNAVAILABLE"] as const,
    inflict: async ({ server }: VaultSubject) => server.doors.seal({ sealed: true }),
  },
];

describe.each(["context", "associated-data"] as const)("Vault with %s conforms", (binding) => {
  it.each(kmsConformance(vaultSubject(binding), FAULTS))("$title", ({ run }) => run());
});

describe("Vault", () => {
  it("is refused a key that would bind nothing", async () => {
    const subject = await vaultSubject("context")();
    subject.server.doors.createKey({ name: "plain", derived: false });
    const egress = egressTo(subject.server.url);
    const adapter = await createVaultAdapter(
      {
        address: subject.server.url,
        mount: "transit",
        keyName: "plain",
        binding: "context",
        auth: { kind: "token", token: "root" },
      },
      egress,
    );
    const error = await adapter.wrap(takeRandom(64), { tenant: "a" }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "KMS_MISCONFIGURED",
      message: expect.stringContaining("derived=true"),
    });
    egress.close();
    await subject.close();
  });

  it("is logged in to again when its token ends early, and once for calls at the same time", async () => {
    const subject = await vaultSubject("context")();
    const { adapter, server } = subject;
    await Promise.all(Array.from({ length: 5 }, () => adapter.describe()));
    expect(server.calls()["login"]).toBe(1);
    server.doors.revokeLeases();
    await adapter.describe();
    expect(server.calls()["login"]).toBe(2);
    server.doors.moveClock({ seconds: 2000 });
    await adapter.describe();
    expect(server.calls()["login"]).toBe(3);
    await subject.close();
  });

  it("says that the mount is wrong, and that the secret id is", async () => {
    const subject = await vaultSubject("context")();
    const egress = egressTo(subject.server.url);
    const config = {
      address: subject.server.url,
      mount: "transit",
      keyName: "cmk",
      binding: "context",
    } as const;
    const elsewhere = await createVaultAdapter(
      { ...config, mount: "nowhere", auth: { kind: "token", token: "root" } },
      egress,
    );
    expect(await rejectionOf(elsewhere.describe())).toBe("KMS_MISCONFIGURED");
    const stranger = await createVaultAdapter(
      { ...config, auth: { kind: "approle", roleId: "keyfold", secretId: "wrong" } },
      egress,
    );
    expect(await rejectionOf(stranger.describe())).toBe("KMS_ACCESS_DENIED");
    egress.close();
    await subject.close();
  });

  it("shows an old version as disabled once its policy refuses it", async () => {
    const subject = await vaultSubject("context")();
    const { adapter, server } = subject;
    const old = await adapter.wrap(takeRandom(64), {});
    await adapter.createVersion?.("1");
    server.doors.setMinDecryptionVersion({ name: "cmk", version: 2 });
    expect((await adapter.describe()).versions.map(({ health }) => health)).toEqual(["disabled", "enabled"]);
    expect(await rejectionOf(adapter.unwrap(old.blob, old.cmkVersion, {}))).toBe("KMS_KEY_DISABLED");
    await subject.close();
  });

  it("takes at most three calls to move a KEK to", async () => {
    const subject = await vaultSubject("context")();
    const { adapter, server } = subject;
    await adapter.describe();
    const before = { ...server.calls() };
    const wrapped = await adapter.wrap(takeRandom(64), {});
    await adapter.unwrap(wrapped.blob, wrapped.cmkVersion, {});
    const sum = (calls: object) => Object.values(calls).reduce((a: number, b: number) => a + b, 0);
    expect(sum(server.calls()) - sum(before)).toBe(3);
    await subject.close();
  });
});
