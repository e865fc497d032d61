import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCluster } from "#cli/embedded/cluster.ts";

/** Runs over a PostgreSQL of its own with the settings it is shipped with, and leaves nothing behind. */
export const withCluster = async <T>(
  run: (superuserUrl: string, dataDir: string) => Promise<T>,
): Promise<T> => {
  const dataDir = mkdtempSync(join(tmpdir(), "keyfold-bench-"));
  // The database's user must be able to enter.
  chmodSync(dataDir, 0o755);
  const cluster = await startCluster({ dataDir });
  const end = async () => {
    await cluster.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  const interrupt = () => void end().finally(() => process.exit(130));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, interrupt);
  try {
    return await run(cluster.superuserUrl, dataDir);
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, interrupt);
    await end();
  }
};
