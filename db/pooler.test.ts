import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { freePort } from "#cli/embedded/free-port.ts";
import { databaseUser } from "#cli/embedded/run-as.ts";
import { connect, type Database } from "#db/client.ts";
import { createTestDatabase, type TestDatabase } from "#db/testing/test-database.ts";
import { startOperations } from "#keeper/operations/start.ts";
import { createTestKeeper, makeTenantWithKey, rotate, cliContext } from "#keeper/testing/test-keeper.ts";
import { createKey } from "#lib/services/keys/create-key.ts";
import { awaitOperation } from "#lib/services/operations/await-operation.ts";
import { createTenant } from "#lib/services/tenants/create-tenant.ts";

const PGBOUNCER = "/usr/sbin/pgbouncer";
const isThere = () => {
  try {
    accessSync(PGBOUNCER);
    return true;
  } catch {
    return false;
  }
};

/** PgBouncer in transaction mode, with fewer connections to the database than clients have to it. */
const startPooler = async (t: TestDatabase) => {
  const folder = mkdtempSync(join(tmpdir(), "keyfold-pooler-"));
  const to = new URL(t.superuserUrl);
  const port = await freePort();
  const users = Object.values(t.urls).map((text) => {
    const { username, password } = new URL(text);
    return `"${username}" "${password}"`;
  });
  writeFileSync(join(folder, "users.txt"), users.join("\n"));
  const lines = [
    "[databases]",
    `* = host=${to.hostname} port=${to.port}`,
    "[pgbouncer]",
    `listen_addr = 127.0.0.1\nlisten_port = ${port}`,
    `auth_type = scram-sha-256\nauth_file = ${join(folder, "users.txt")}`,
    "pool_mode = transaction\ndefault_pool_size = 3\nmax_client_conn = 100\nunix_socket_dir =",
  ];
  writeFileSync(join(folder, "pgbouncer.ini"), lines.join("\n"));
  const user = databaseUser();
  chmodSync(folder, 0o755);
  if (user)
    for (const name of ["", "users.txt", "pgbouncer.ini"]) chownSync(join(folder, name), user.uid, user.gid);
  const child: ChildProcess = spawn(PGBOUNCER, ["-q", join(folder, "pgbouncer.ini")], {
    stdio: "ignore",
    ...user,
  });
  const through = (url: string) => {
    const made = new URL(url);
    made.host = `127.0.0.1:${port}`;
    return made.href;
  };
  const stop = async () => {
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGINT");
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  return { through, stop };
};

// Where there is no PgBouncer, the same goes straight to the database: without prepared statements and hints all the same.
describe(`${isThere() ? "behind PgBouncer in transaction mode" : "without prepared statements"}`, () => {
  let t: TestDatabase;
  let pooler: { through: (url: string) => string; stop: () => Promise<void> };
  const pools: Database[] = [];
  beforeAll(async () => {
    t = await createTestDatabase(inject("superuserUrl"));
    pooler = isThere() ? await startPooler(t) : { through: (url) => url, stop: async () => {} };
    for (const login of ["keeper", "sequencer", "cli"] as const)
      pools.push(connect(pooler.through(t.urls[login]), { max: 8, prepare: false }));
    await vi.waitFor(() => Promise.all(pools.map(({ sql }) => sql`SELECT 1`)), 10_000);
  });
  afterAll(async () => {
    await Promise.all(pools.map((db) => db.close()));
    await pooler.stop();
    await t.drop();
  });

  it("keys are made and rotated by many at once, and operations are found without hints", async () => {
    const [keeper, sequencer, cli] = pools as [Database, Database, Database];
    const behind: TestDatabase = { ...t, keeper, sequencer, cli };
    const { keeper: made, close } = await createTestKeeper(behind);
    await Promise.all([1, 2, 3, 4].map((n) => makeTenantWithKey(behind, made, `tenant-${n}`)));
    expect(await rotate(behind, made, "tenant-1")).toBe(2);
    const log = pino({ level: "silent" });
    const operations = startOperations({ ...made, log, hintsDb: null });
    const ctx = cliContext(behind);
    await createTenant(ctx, { slug: "polled", name: "Polled" });
    const asked = await createKey(ctx, { tenant: "polled", name: "default" });
    expect((await awaitOperation(ctx, asked.operationId ?? "", { timeoutMs: 15_000 })).state).toBe("done");
    await operations.close();
    await close();
  });
});
