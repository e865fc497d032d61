import { startAzure } from "#emulators/azure.ts";
import { startGcp } from "#emulators/gcp.ts";
import type { Fault } from "#emulators/faults.ts";
import { startVault } from "#emulators/vault.ts";
import type { ConnectionProvider } from "#lib/domain/connection.ts";
import { newId } from "#lib/domain/ids.ts";

/** By what the keeper proves who it is, wherever it is asked. */
export const KEEPER_TOKEN = "a token that the keeper's platform signed";

/** A provider with a key and a credential for each tenant, and what their owners do there. */
export type Cloud = {
  provider: ConnectionProvider;
  url: string;
  ca: string | undefined;
  /** Makes the tenant's key and credential. */
  prepare(tenant: string): void;
  /** What Keyfold is told of them. */
  config(tenant: string): Record<string, string>;
  deny(tenant: string, operation: string): void;
  allow(tenant: string, operation: string): void;
  fault(fault: Fault): void;
  clearFaults(): void;
  rotate(tenant: string): void;
  disable(tenant: string): void;
  enable(tenant: string): void;
  scheduleDeletion?(tenant: string): void;
  cancelDeletion?(tenant: string): void;
  destroy(tenant: string): void;
  /** The key waits for its material; not every provider has that state. */
  pend?(tenant: string): void;
  calls(): Readonly<Record<string, number>>;
  close(): Promise<void>;
};

const DIRECTORY = "11111111-2222-4333-8444-555555555555";

export const azureCloud = async () => {
  const { doors, ...server } = await startAzure();
  const apps = new Map<string, string>();
  const appOf = (tenant: string): string => {
    const held = apps.get(tenant) ?? newId();
    apps.set(tenant, held);
    return held;
  };
  const key = (tenant: string) => ({ name: `cmk-${tenant}` });
  return {
    ...server,
    provider: "azure" as const,
    doors,
    appOf,
    prepare: (tenant: string) => {
      doors.createKey(key(tenant));
      doors.addApp({ clientId: appOf(tenant), assertion: KEEPER_TOKEN });
    },
    config: (tenant: string) => ({
      access: "federated",
      vaultUrl: `https://${tenant}.vault.azure.net`,
      keyName: key(tenant).name,
      directoryId: DIRECTORY,
      clientId: appOf(tenant),
    }),
    deny: (tenant: string, operation: string) => doors.deny({ credential: appOf(tenant), operation }),
    allow: (tenant: string, operation: string) => doors.allow({ credential: appOf(tenant), operation }),
    fault: doors.fault,
    clearFaults: () => doors.clearFaults(),
    rotate: (tenant: string) => void doors.rotate(key(tenant)),
    disable: (tenant: string) => doors.disable(key(tenant)),
    enable: (tenant: string) => doors.enable(key(tenant)),
    scheduleDeletion: (tenant: string) => doors.scheduleDeletion(key(tenant)),
    cancelDeletion: (tenant: string) => doors.cancelDeletion(key(tenant)),
    destroy: (tenant: string) => doors.destroy(key(tenant)),
  } satisfies Cloud & Record<string, unknown>;
};

export const gcpCloud = async () => {
  const { doors, ...server } = await startGcp();
  const accountOf = (tenant: string): string => `${tenant}@acme-prod.iam.gserviceaccount.com`;
  const key = (tenant: string) => ({
    name: `projects/acme-prod/locations/europe-west1/keyRings/tenants/cryptoKeys/${tenant}`,
  });
  return {
    ...server,
    provider: "gcp" as const,
    doors,
    accountOf,
    prepare: (tenant: string) => {
      doors.createKey(key(tenant));
      doors.addSubject({ subject: "keeper", token: KEEPER_TOKEN, impersonates: accountOf(tenant) });
    },
    config: (tenant: string) => ({
      access: "federated",
      keyName: key(tenant).name,
      audience:
        "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/keyfold/providers/oidc",
      serviceAccount: accountOf(tenant),
    }),
    deny: (tenant: string, operation: string) => doors.deny({ credential: accountOf(tenant), operation }),
    allow: (tenant: string, operation: string) => doors.allow({ credential: accountOf(tenant), operation }),
    fault: doors.fault,
    clearFaults: () => doors.clearFaults(),
    rotate: (tenant: string) => void doors.rotate(key(tenant)),
    pend: (tenant: string) => doors.setState({ ...key(tenant), state: "PENDING_GENERATION" }),
    disable: (tenant: string) => doors.disable(key(tenant)),
    enable: (tenant: string) => doors.enable(key(tenant)),
    scheduleDeletion: (tenant: string) => doors.scheduleDeletion(key(tenant)),
    cancelDeletion: (tenant: string) => doors.cancelDeletion(key(tenant)),
    destroy: (tenant: string) => doors.destroy(key(tenant)),
  } satisfies Cloud & Record<string, unknown>;
};

export const vaultCloud = async () => {
  const { doors, ...server } = await startVault();
  const key = (tenant: string) => ({ name: `cmk-${tenant}` });
  return {
    ...server,
    provider: "vault" as const,
    doors,
    prepare: (tenant: string) => {
      doors.createKey(key(tenant));
      doors.addJwtRole({ role: tenant, jwt: KEEPER_TOKEN });
      doors.limit({ credential: tenant, name: key(tenant).name });
    },
    config: (tenant: string) => ({
      access: "jwt",
      address: `https://${tenant}.vault.example.com:8200`,
      keyName: key(tenant).name,
      role: tenant,
    }),
    deny: (tenant: string, operation: string) => doors.deny({ credential: tenant, operation }),
    allow: (tenant: string, operation: string) => doors.allow({ credential: tenant, operation }),
    fault: doors.fault,
    clearFaults: () => doors.clearFaults(),
    rotate: (tenant: string) => void doors.rotate(key(tenant)),
    disable: (tenant: string) => doors.disable(key(tenant)),
    enable: (tenant: string) => doors.enable(key(tenant)),
    destroy: (tenant: string) => doors.destroy(key(tenant)),
  } satisfies Cloud & Record<string, unknown>;
};
