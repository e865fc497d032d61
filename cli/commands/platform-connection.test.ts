import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { startVault } from "#emulators/vault.ts";
import type { Printed } from "#cli/testing/run-test-cli.ts";
import { createTestDataDir, runTestCli } from "#cli/testing/run-test-cli.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { CLOSED_POLICY } from "#keeper/connections/policy.ts";
import { startOperations } from "#keeper/operations/start.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { createTestKeeper } from "#keeper/testing/test-keeper.ts";

let t: TestDatabase;
let k: TestKeeper;
let dir: ReturnType<typeof createTestDataDir>;
let vault: Awaited<ReturnType<typeof startVault>>;
let operations: { close(): Promise<void> } | undefined;
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  vault = await startVault();
  vault.doors.addAppRole({ roleId: "keyfold", secretId: "s3cret" });
  vault.doors.createKey({ name: "shared", derived: true });
  const { hostname: to, port } = new URL(vault.url);
  k = await createTestKeeper(t, {
    connectionPolicy: { ...CLOSED_POLICY, opened: [{ to, port: Number(port), plain: true }] },
  });
  dir = createTestDataDir(t);
  operations = startOperations(k.keeper);
  for (const tenant of ["acme", "globex"]) await keyfold(`tenant create ${tenant} --name ${tenant}`);
});
afterAll(async () => {
  await operations?.close();
  await k.close();
  await vault.close();
  await t.drop();
  dir.remove();
});

const keyfold = (line: string, stdin?: string): Promise<Printed> =>
  runTestCli(line.split(" "), { dataDir: dir.dataDir, ...(stdin !== undefined && { stdin }) });

const create = (name: string, whose: string) =>
  keyfold(
    `connection create ${name} ${whose} --provider vault --access approle --address ${vault.url} --key-name shared --role-id keyfold --json`,
  );

it("connects a KMS for keys of every tenant, and lets it go when the last of them has left", async () => {
  expect(await create("shared", "--platform")).toMatchObject({ exit: 0, json: { name: "shared" } });
  expect((await keyfold("connection set-secret shared --platform", "s3cret\n")).exit).toBe(0);
  const tested = await keyfold("connection test shared --platform --json");
  expect(tested).toMatchObject({ exit: 0, json: { passed: true } });

  for (const tenant of ["acme", "globex"]) {
    const made = await keyfold(`key create default --tenant ${tenant} --platform-connection shared`);
    expect(made.exit, made.err).toBe(0);
  }
  expect(await keyfold("key create local --tenant acme")).toMatchObject({ exit: 0 });
  expect(await keyfold("key move local --tenant acme --platform-connection shared --json")).toMatchObject({
    exit: 0,
    json: { versions: 1, provider: "vault" },
  });
  expect(await keyfold("key rotate default --tenant globex --json")).toMatchObject({ json: { version: 2 } });
  expect((await keyfold("connection list --platform")).out).toMatch(/shared +vault +platform +enabled +4 /);
  expect(await keyfold("connection rotate shared --platform --json")).toMatchObject({
    json: { version: "2" },
  });

  const held = await keyfold("connection remove shared --platform");
  expect(held).toMatchObject({ exit: 1 });
  expect(held.err).toContain("4 versions of keys");
  for (const key of ["acme/default", "acme/local", "globex/default"]) {
    const [tenant, name] = key.split("/");
    const moved = await keyfold(`key move ${name} --tenant ${tenant} --platform --json`);
    expect(moved, key).toMatchObject({ exit: 0, json: { provider: "local" } });
  }
  expect((await keyfold("connection remove shared --platform")).exit).toBe(0);
  expect((await keyfold("connection list --platform")).out).toContain("no connection");
  const verified = await keyfold("audit verify --json");
  expect(verified.json).toMatchObject({ first_bad: null });
});

it("keeps the platform's connections and the tenants' apart", async () => {
  expect((await create("apart", "--platform")).exit).toBe(0);
  for (const line of [
    "connection show apart --tenant acme",
    "key create other --tenant acme --connection apart",
    "key move default --tenant acme --to apart",
  ])
    expect((await keyfold(line)).err, line).toContain("connection");
  const taken = await create("mine", "--tenant acme");
  expect(taken).toMatchObject({ exit: 1, json: { error: { code: "CONFLICT" } } });
  expect((await keyfold("connection list --tenant acme")).out).toContain("no connection");
  expect((await keyfold("connection remove apart --platform")).exit).toBe(0);
  expect((await create("mine", "--tenant acme")).exit).toBe(0);
  expect((await create("again", "--platform")).json).toMatchObject({ error: { code: "CONFLICT" } });
  expect((await keyfold("connection show mine --platform")).exit).toBe(1);
});

it("asks whose connection is meant, and takes no custody but its own", async () => {
  for (const line of [
    "connection list",
    "connection list --tenant acme --platform",
    "connection create x --platform --provider aws --custody vendor",
    "key move default --tenant acme --platform --platform-connection x",
    "key create other --tenant acme --connection x --platform-connection x",
  ])
    expect((await keyfold(line)).exit, line).toBe(2);
});
