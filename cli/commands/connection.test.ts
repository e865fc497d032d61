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
  vault.doors.createKey({ name: "acme", derived: true });
  const { hostname: to, port } = new URL(vault.url);
  k = await createTestKeeper(t, {
    connectionPolicy: { ...CLOSED_POLICY, opened: [{ to, port: Number(port), plain: true }] },
  });
  dir = createTestDataDir(t);
  operations = startOperations(k.keeper);
  await keyfold("tenant create acme --name Acme");
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

it("connects a Vault by AppRole, tells what is wrong, and puts a key under it", async () => {
  const made = await keyfold(
    `connection create vault --tenant acme --provider vault --access approle --address ${vault.url} --key-name acme --role-id keyfold --json`,
  );
  expect(made).toMatchObject({ exit: 0, json: { name: "vault", external_id: null } });

  const early = await keyfold("connection test vault --tenant acme");
  expect(early.exit).toBe(1);
  expect(early.out).toMatch(/ok +reach/);
  expect(early.out).toContain("secret was not given yet");
  expect(early.out).toContain("keyfold connection set-secret");

  expect((await keyfold("connection set-secret vault --tenant acme", "wr0ng\n")).exit).toBe(0);
  const failed = await keyfold("connection test vault --tenant acme");
  expect(failed.exit).toBe(1);
  expect(failed.out).toMatch(/ok +reach/);
  expect(failed.out).toMatch(/FAIL authenticate/);
  expect(failed.out).toContain("Change: vault write -f auth/approle/role/<role>/secret-id");

  expect(await keyfold("connection set-secret vault --tenant acme --json", "s3cret\n")).toMatchObject({
    exit: 0,
    json: { revision: 2 },
  });
  vault.doors.deny({ credential: "keyfold", operation: "encrypt" });
  const denied = await keyfold("connection test vault --tenant acme");
  expect(denied.out).toContain('Change: path "transit/encrypt/acme" { capabilities = ["update"] }');
  vault.doors.allow({ credential: "keyfold", operation: "encrypt" });
  const passed = await keyfold("connection test vault --tenant acme --json");
  expect(passed).toMatchObject({ exit: 0, json: { passed: true } });

  expect((await keyfold("key create default --tenant acme --connection vault")).exit).toBe(0);
  const listed = await keyfold("connection list --tenant acme");
  expect(listed.out).toMatch(/vault +vault +customer +enabled +1 /);
  const shown = await keyfold("connection show vault --tenant acme");
  expect(shown.out).toContain("current version  1");
  expect(shown.out).not.toContain("s3cret");

  expect(await keyfold("connection rotate vault --tenant acme --json")).toMatchObject({
    exit: 0,
    json: { version: "2" },
  });
  expect(await keyfold("key move default --tenant acme --platform --json")).toMatchObject({
    exit: 0,
    json: { versions: 1, provider: "local" },
  });
  expect((await keyfold("connection remove vault --tenant acme")).exit).toBe(0);
  expect((await keyfold("connection list --tenant acme")).out).toContain("no connection");
});

it("never stores a secret that can be read", async () => {
  await keyfold(
    `connection create other --tenant acme --provider vault --access approle --address ${vault.url} --key-name acme --role-id keyfold`,
  );
  await keyfold("connection set-secret other --tenant acme", "a-secret-to-look-for");
  for (const table of ["kms_connection", "operation", "audit_event"]) {
    const rows = await t.superuser`SELECT * FROM ${t.superuser(table)}`;
    const text = JSON.stringify(rows, (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value,
    );
    expect(text.includes("a-secret-to-look-for"), table).toBe(false);
  }
});

it("says which field is wrong, and which address the operator has not opened", async () => {
  const bad = await keyfold(
    "connection create aws --tenant acme --provider aws --key-arn alias/acme --role-arn nobody",
  );
  expect(bad.exit).toBe(2);
  expect(bad.err).toContain("alias");
  await keyfold(
    "connection create inside --tenant acme --provider vault --access approle --address http://169.254.169.254 --key-name k --role-id r",
  );
  await keyfold("connection set-secret inside --tenant acme", "x");
  const refused = await keyfold("connection test inside --tenant acme");
  expect(refused.exit).toBe(1);
  expect(refused.out).toContain("FAIL reach");
  expect(refused.out).toContain("KEYFOLD_KMS_ALLOW=169.254.169.254");
});
