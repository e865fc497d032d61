import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startCluster } from "#cli/embedded/cluster.ts";
import { makeTemplate } from "./test-database.ts";

declare module "vitest" {
  interface ProvidedContext {
    superuserUrl: string;
  }
}

/** One PostgreSQL for the whole run; each suite makes a database of its own in it. */
const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const dataDir = mkdtempSync(join(tmpdir(), "keyfold-vitest-"));
  chmodSync(dataDir, 0o755);
  const cluster = await startCluster({
    dataDir,
    // Another PostgreSQL than the embedded one, by the folder of its programs.
    programs: process.env.KEYFOLD_TEST_POSTGRES || undefined,
    settings: ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300"],
  });
  project.provide("superuserUrl", cluster.superuserUrl);
  await makeTemplate(cluster.superuserUrl);
  return async () => {
    await cluster.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
};

export default setup;
