import { startVault } from "#emulators/vault.ts";
import type { KmsSubject } from "../conformance.ts";
import { createVaultAdapter, type VaultConfig } from "../vault.ts";
import { egressTo } from "./cloud-subject.ts";

export type VaultSubject = KmsSubject & { server: Awaited<ReturnType<typeof startVault>> };

/** Two transit keys behind a server of their own, asked through an AppRole. */
export const vaultSubject =
  (binding: VaultConfig["binding"], timeoutMs?: number) => async (): Promise<VaultSubject> => {
    const server = await startVault();
    const { doors } = server;
    doors.addAppRole({ roleId: "keyfold", secretId: "s3cret" });
    doors.createKey({ name: "cmk", derived: binding === "context" });
    doors.createKey({ name: "other", derived: binding === "context" });
    const egress = egressTo(server.url, { totalTimeoutMs: timeoutMs });
    const adapterOf = (keyName: string) =>
      createVaultAdapter(
        {
          address: server.url,
          mount: "transit",
          keyName,
          binding,
          auth: { kind: "approle", roleId: "keyfold", secretId: "s3cret" },
        },
        egress,
      );
    return {
      server,
      adapter: await adapterOf("cmk"),
      other: await adapterOf("other"),
      missing: await adapterOf("never-made"),
      close: async () => {
        egress.close();
        await server.close();
      },
    };
  };
