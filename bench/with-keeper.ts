import { freePort } from "#cli/embedded/free-port.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { DataPlane } from "#keeper/testing/data-plane.ts";
import { startKeeper } from "#keeper/testing/keeper-process.ts";
import { prepareTenant, TENANT } from "#keeper/testing/rewrap-rounds.ts";
import { cliContext } from "#keeper/testing/test-keeper.ts";
import type { TokenScope } from "#lib/domain/permissions.ts";
import { withCluster } from "./with-cluster.ts";

/** A keeper process over a database of its own, with one tenant, its key and a token. */
export type KeeperScene = { t: TestDatabase; dataDir: string; plane: DataPlane };

/** Runs against a real keeper process, and leaves nothing behind. */
export const withKeeper = <T>(scopes: TokenScope[], run: (scene: KeeperScene) => Promise<T>): Promise<T> =>
  withCluster(async (superuserUrl, dataDir) => {
    await using stack = new AsyncDisposableStack();
    const t = await createTestDatabase(superuserUrl);
    stack.defer(() => t.drop());
    const env = {
      KEYFOLD_DATA_DIR: dataDir,
      KEEPER_DATABASE_URL: t.urls.keeper,
      SEQUENCER_DATABASE_URL: t.urls.sequencer,
    };
    const keeper = await startKeeper(env, await freePort());
    stack.defer(() => keeper.stop());
    // Who interrupts the run ends the keeper too.
    const kill = () => void keeper.kill();
    process.once("exit", kill);
    stack.defer(() => void process.off("exit", kill));
    const token = await prepareTenant(cliContext(t), scopes);
    return await run({ t, dataDir, plane: { url: keeper.url, token, tenant: TENANT } });
  });
