import { startAws } from "#emulators/aws.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { cliContext, createTestKeeper, settle } from "#keeper/testing/test-keeper.ts";
import { newId } from "#lib/domain/ids.ts";
import type { OperationView } from "#lib/domain/operation.ts";
import type { PreflightView } from "#lib/domain/preflight.ts";
import { createConnection } from "#lib/services/connections/create-connection.ts";
import { getConnection } from "#lib/services/connections/get-connection.ts";
import { testConnection } from "#lib/services/connections/test-connection.ts";
import { createTenant } from "#lib/services/tenants/create-tenant.ts";
import { CLOSED_POLICY } from "../policy.ts";

/** Each customer has a role of its own. */
export const roleArnOf = (tenant: string): string => `arn:aws:iam::111122223333:role/keyfold-${tenant}`;
/** What the machine of the keeper has: the SDK finds it in the environment. */
const AMBIENT = "AKIAEMULATOR";

export type AwsScene = {
  t: TestDatabase;
  k: TestKeeper;
  server: Awaited<ReturnType<typeof startAws>>;
  close(): Promise<void>;
};

/** A keeper whose operator has put AWS at an emulator, and which has credentials of its own. */
export const createAwsScene = async (t: TestDatabase): Promise<AwsScene> => {
  const server = await startAws();
  process.env.AWS_ACCESS_KEY_ID = AMBIENT;
  process.env.AWS_SECRET_ACCESS_KEY = "an emulator asks for none";
  const k = await createTestKeeper(t, {
    connectionPolicy: { ...CLOSED_POLICY, endpoints: { aws: server.url } },
  });
  return {
    t,
    k,
    server,
    close: async () => {
      await k.close();
      await server.close();
      delete process.env.AWS_ACCESS_KEY_ID;
      delete process.env.AWS_SECRET_ACCESS_KEY;
    },
  };
};

/** Asks for a connection to a key through the role, and returns how that ended. */
export const askForConnection = async (
  { t, k }: AwsScene,
  tenant: string,
  keyArn: string,
  name = "aws",
): Promise<OperationView> => {
  const input = { connectionId: newId(), name, custody: "customer", provider: "aws", access: "role" };
  const changed = await createConnection(cliContext(t), {
    tenant,
    ...input,
    keyArn,
    roleArn: roleArnOf(tenant),
  });
  return settle(t, k.keeper, changed);
};

/** The customer's trust policy, set up with the external id that Keyfold made. */
export const trust = ({ server }: AwsScene, tenant: string, externalId: string): void =>
  server.doors.addRole({ roleArn: roleArnOf(tenant), externalId, mayAssume: AMBIENT });

/** Runs a test of a connection and returns what was kept of it. */
export const preflight = async (
  { t, k }: Pick<AwsScene, "t" | "k">,
  tenant: string,
  name = "aws",
): Promise<PreflightView> => {
  const view = await settle(t, k.keeper, await testConnection(cliContext(t), { tenant, connection: name }));
  if (view.state !== "done") throw new Error(`${view.error?.code}: ${view.error?.message}`);
  const { tests } = await getConnection(cliContext(t), { tenant, connection: name });
  const newest = tests[0];
  if (!newest || newest.id !== view.id) throw new Error("The test was not kept.");
  return newest;
};

/** A tenant with a connection that has passed its test. */
export const connectAws = async (
  scene: AwsScene,
  slug: string,
): Promise<{ tenantId: string; connectionId: string; keyArn: string }> => {
  const { t, server } = scene;
  const { result } = await createTenant(cliContext(t), { slug, name: slug });
  const keyArn = server.doors.createKey({});
  const made = await askForConnection(scene, slug, keyArn);
  trust(scene, slug, String(made.outcome?.externalId));
  const test = await preflight(scene, slug);
  if (!test.passed) throw new Error(JSON.stringify(test.steps));
  return { tenantId: result.id, connectionId: String(made.outcome?.connectionId), keyArn };
};
