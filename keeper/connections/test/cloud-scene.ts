import type { TestDatabase } from "#db/testing/test-database.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { cliContext, createTestKeeper, settle } from "#keeper/testing/test-keeper.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { newId } from "#lib/domain/ids.ts";
import type { OperationView } from "#lib/domain/operation.ts";
import { createConnection } from "#lib/services/connections/create-connection.ts";
import { getConnection } from "#lib/services/connections/get-connection.ts";
import { createTenant } from "#lib/services/tenants/create-tenant.ts";
import { CLOSED_POLICY } from "../policy.ts";
import { probeConnection } from "../probe.ts";
import { preflight } from "./aws-scene.ts";
import { type Cloud, KEEPER_TOKEN } from "./clouds.ts";

export type CloudScene<C extends Cloud = Cloud> = {
  t: TestDatabase;
  k: TestKeeper;
  cloud: C;
  close(): Promise<void>;
};

/** A keeper whose operator has put a provider at an emulator, and which has a token of its own. */
export const createCloudScene = async <C extends Cloud>(
  t: TestDatabase,
  cloud: C,
): Promise<CloudScene<C>> => {
  const k = await createTestKeeper(t, {
    connectionPolicy: {
      ...CLOSED_POLICY,
      endpoints: { [cloud.provider]: cloud.url },
      ca: cloud.ca,
      identityToken: async () => KEEPER_TOKEN,
    },
  });
  return {
    t,
    k,
    cloud,
    close: async () => {
      await k.close();
      await cloud.close();
    },
  };
};

/** Asks for a connection, and returns how that ended. */
export const askForCloud = async (
  { t, k, cloud }: CloudScene,
  tenant: string,
  { name = "cmk", ...other }: { name?: string } & Record<string, string> = {},
): Promise<OperationView> => {
  const given = { connectionId: newId(), name, custody: "customer", provider: cloud.provider };
  const changed = await createConnection(cliContext(t), {
    tenant,
    ...given,
    ...cloud.config(tenant),
    ...other,
  });
  return settle(t, k.keeper, changed);
};

export type Connected = { tenantId: TenantId; connectionId: string };

/** A tenant with a key at the provider and a connection to it that was not tested. */
export const startCloud = async (scene: CloudScene, slug: string): Promise<Connected> => {
  const { result } = await createTenant(cliContext(scene.t), { slug, name: slug });
  scene.cloud.prepare(slug);
  const made = await askForCloud(scene, slug);
  if (made.state !== "done") throw new Error(`${made.error?.code}: ${made.error?.message}`);
  return { tenantId: result.id, connectionId: String(made.outcome?.connectionId) };
};

/** A tenant with a connection that has passed its test. */
export const connectCloud = async (scene: CloudScene, slug: string): Promise<Connected> => {
  const connected = await startCloud(scene, slug);
  const test = await preflight(scene, slug, "cmk");
  if (!test.passed) throw new Error(JSON.stringify(test.steps));
  return connected;
};

/** Looks at a connection's CMK now, and returns what is kept of it. */
export const probeCloud = async (
  { t, k }: CloudScene,
  slug: string,
  { tenantId, connectionId }: Connected,
) => {
  await probeConnection(k.keeper, tenantId, connectionId, "probe_t");
  const { connection } = await getConnection(cliContext(t), { tenant: slug, connection: "cmk" });
  return connection.probe;
};
