import { startAws } from "#emulators/aws.ts";
import { startAzure } from "#emulators/azure.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { CLOSED_POLICY } from "#keeper/connections/policy.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { cliContext, createTestKeeper, settle } from "#keeper/testing/test-keeper.ts";
import type { ConnectionProvider } from "#lib/domain/connection.ts";
import { newId } from "#lib/domain/ids.ts";
import { createConnection } from "#lib/services/connections/create-connection.ts";
import { testConnection } from "#lib/services/connections/test-connection.ts";
import type { Changed } from "#lib/services/define-mutation.ts";

export const TENANT = "moved";
const AMBIENT = "AKIAEMULATOR";
const ROLE = "arn:aws:iam::111122223333:role/keyfold-moved";
const TOKEN = "a token that the keeper's platform signed";
const DIRECTORY = "11111111-2222-4333-8444-555555555555";
/** How somebody proves who they are: no call of a key. */
const LOGINS = ["AssumeRole", "GetCallerIdentity", "login", "challenge"];

export type Calls = { keys: Record<string, number>; logins: number };

/** A tenant's keepers, and two clouds that it can move to. */
export const createMoveScene = async (t: TestDatabase) => {
  const [aws, azure] = await Promise.all([startAws(), startAzure()]);
  const before = { ...process.env };
  process.env.AWS_ACCESS_KEY_ID = AMBIENT;
  process.env.AWS_SECRET_ACCESS_KEY = "an emulator asks for none";
  const connectionPolicy = {
    ...CLOSED_POLICY,
    endpoints: { aws: aws.url, azure: azure.url },
    ca: azure.ca,
    identityToken: async () => TOKEN,
  };
  const k = await createTestKeeper(t, { connectionPolicy });
  const done = async (changed: Changed<unknown>): Promise<Record<string, unknown>> => {
    const view = await settle(t, k.keeper, changed);
    if (view.state === "done") return view.outcome ?? {};
    throw new Error(`${view.kind} is ${view.state}: ${view.error?.code} ${view.error?.message}`);
  };
  const connect = async (provider: ConnectionProvider, config: Record<string, string>) => {
    const base = { tenant: TENANT, connectionId: newId(), name: provider, custody: "customer", provider };
    return done(await createConnection(cliContext(t), { ...base, ...config }));
  };
  const prove = async (connection: string): Promise<void> => {
    const { passed, step } = await done(await testConnection(cliContext(t), { tenant: TENANT, connection }));
    if (passed !== true) throw new Error(`The test of ${connection} failed at "${String(step)}".`);
  };
  return {
    t,
    keeper: k.keeper,
    done,
    /** Makes and proves both connections of the tenant. */
    connectBoth: async (): Promise<void> => {
      const clientId = newId();
      azure.doors.createKey({ name: "cmk" });
      azure.doors.addApp({ clientId, assertion: TOKEN });
      const at = { access: "federated", vaultUrl: "https://moved.vault.azure.net", keyName: "cmk" };
      await connect("azure", { ...at, directoryId: DIRECTORY, clientId });
      const keyArn = aws.doors.createKey({});
      const { externalId } = await connect("aws", { access: "role", keyArn, roleArn: ROLE });
      aws.doors.addRole({ roleArn: ROLE, externalId: String(externalId), mayAssume: AMBIENT });
      await prove("aws");
      await prove("azure");
    },
    /** A keeper that has opened nothing yet. */
    freshKeeper: (): Promise<TestKeeper> => createTestKeeper(t, { dataDir: k.dataDir, connectionPolicy }),
    /** What both clouds were asked while something ran. */
    counting: async <T>(run: () => Promise<T>): Promise<{ value: T; calls: Calls }> => {
      const earlier = { ...aws.calls(), ...azure.calls() };
      const value = await run();
      const asked = Object.entries({ ...aws.calls(), ...azure.calls() })
        .map(([name, count]) => [name, count - (earlier[name] ?? 0)] as const)
        .filter(([, count]) => count > 0);
      const keys = asked.filter(([name]) => !LOGINS.includes(name));
      const logins = asked.filter(([name]) => LOGINS.includes(name));
      return {
        value,
        calls: { keys: Object.fromEntries(keys), logins: sum(logins.map(([, count]) => count)) },
      };
    },
    close: async (): Promise<void> => {
      await k.close();
      await Promise.all([aws.close(), azure.close()]);
      for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const) {
        const value = before[name];
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    },
  };
};

export type MoveScene = Awaited<ReturnType<typeof createMoveScene>>;

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
