import { randomBytes } from "node:crypto";
import { chmodSync, cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { startCluster } from "#cli/embedded/cluster.ts";
import { type Printed, runTestCli } from "#cli/testing/run-test-cli.ts";
import { createTestDatabase, type TestDatabase } from "#db/testing/test-database.ts";
import { createKeeper } from "#keeper/create-keeper.ts";
import type { Keeper } from "#keeper/keeper.ts";
import { openPlatformKey } from "#keeper/platform/open-platform-key.ts";
import { makeTenantWithKey, rotate } from "#keeper/testing/test-keeper.ts";
import { generateDek } from "#lib/crypto/dek.ts";
import { encryptField } from "#lib/crypto/envelope.ts";
import { wrapDek } from "#lib/crypto/wrapped-dek.ts";
import { newId, type TenantId } from "#lib/domain/ids.ts";

/** A data directory with its own root key and CMK files; the database stands beside it in the run's cluster. */
const rootHex = randomBytes(32).toString("hex");
const dataDir = mkdtempSync(join(tmpdir(), "keyfold-recover-"));
const rootFile = join(dataDir, "root.key");
const kmsDir = join(dataDir, "kms");
const RECORDS = 1_200;

let t: TestDatabase;
let keeper: Keeper;
let acme: { tenantId: TenantId; slug: string; keyId: string };

type Values = Record<string, Record<string, string>>;

const insertRecords = async (
  to: TestDatabase,
  by: Keeper,
  tenant: { tenantId: TenantId; keyId: string },
  values: Values,
) => {
  const { tenantId, keyId } = tenant;
  const { kek, purpose } = await by.keks.forWrap(tenantId, "default", 1, "req_test");
  const names = Object.keys(values);
  const rows = names.map((record) => {
    const dek = generateDek();
    const id = newId();
    const at = { tenant: tenantId, collection: "customers", record };
    const fields = Object.entries(values[record] ?? {}).map(([field, value]) => ({
      tenant_id: tenantId,
      record_id: id,
      name: field,
      ciphertext: encryptField(dek, { ...at, field }, Buffer.from(value)),
    }));
    const wrapped_dek = wrapDek(kek, dek, { purpose, tenant: tenantId });
    return { id, record, fields, wrapped_dek };
  });
  await to.superuser.begin(async (sql) => {
    await sql`SET LOCAL session_replication_role = replica`;
    for (let i = 0; i < rows.length; i += 500) {
      const some = rows.slice(i, i + 500);
      const base = { tenant_id: tenantId, key_id: keyId };
      await sql`INSERT INTO record ${sql(some.map(({ id, record }) => ({ ...base, id, collection: "customers", record })))}`;
      await sql`INSERT INTO dek ${sql(
        some.map(({ id, wrapped_dek }) => ({
          ...base,
          record_id: id,
          key_version: kek.version,
          wrapped_dek,
        })),
      )}`;
      await sql`INSERT INTO record_field ${sql(some.flatMap(({ fields }) => fields))}`;
    }
  });
};

const openKeeper = async (to: TestDatabase): Promise<Keeper> =>
  createKeeper({
    db: to.keeper,
    sequencerDb: to.sequencer,
    dataDir,
    platformKey: await openPlatformKey({ required: true, remote: null }, {}, dataDir),
    log: pino({ level: "silent" }),
    stop: new AbortController().signal,
  });

beforeAll(async () => {
  chmodSync(dataDir, 0o755);
  writeFileSync(rootFile, `${rootHex}\n`, { mode: 0o600 });
  t = await createTestDatabase(inject("superuserUrl"));
  keeper = await openKeeper(t);
  acme = await makeTenantWithKey(t, keeper, "acme");
  const old = Object.fromEntries(
    Array.from({ length: RECORDS }, (_, i) => [
      `c-${i}`,
      { email: `c${i}@example.test`, name: `Customer ${i}` },
    ]),
  );
  await insertRecords(t, keeper, acme, old);
  await rotate(t, keeper, "acme");
  keeper.keks.drop(acme.tenantId);
  await insertRecords(t, keeper, acme, { odd: { 'fïeld "\n': "\uFEFFzeile\n\u{1F511}", empty: "" } });
  await insertRecords(t, keeper, await makeTenantWithKey(t, keeper, "bravo"), { b: { v: "theirs" } });
  await makeTenantWithKey(t, keeper, "charlie");
});
afterAll(async () => {
  await t.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

type Line = { tenant: string; collection: string; record: string; field: string; value: string };
const linesOf = (out: string): Line[] =>
  out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);

const from = (url: string, root = rootFile, kms = kmsDir) =>
  ["recover", "--database-url", url, "--kms", kms, "--root", root] as const;

describe("recovering from a database and the CMK files", { timeout: 60_000 }, () => {
  it("gives every field back, of every version, and nothing else", async () => {
    const { exit, out, err } = await runTestCli([...from(t.superuserUrl), "--json"]);
    const lines = linesOf(out);
    expect(lines).toHaveLength(RECORDS * 2 + 3);
    expect(new Set(lines.map((line) => `${line.tenant}/${line.record}/${line.field}`)).size).toBe(
      lines.length,
    );
    expect(lines).toContainEqual({
      tenant: "acme",
      collection: "customers",
      record: "c-7",
      field: "email",
      value: "c7@example.test",
    });
    expect(lines.filter(({ record }) => record === "odd").map(({ field, value }) => [field, value])).toEqual(
      expect.arrayContaining([
        ['fïeld "\n', "\uFEFFzeile\n\u{1F511}"],
        ["empty", ""],
      ]),
    );
    expect(err).toContain(
      "Everything opens: 2,403 fields of 1,202 records in 2 tenants (1 further tenant without records).",
    );
    expect(exit).toBe(0);
  });

  it("gives one tenant's alone", async () => {
    const { exit, out } = await runTestCli([...from(t.superuserUrl), "--tenant", "bravo", "--json"]);
    expect(linesOf(out)).toEqual([
      { tenant: "bravo", collection: "customers", record: "b", field: "v", value: "theirs" },
    ]);
    expect(exit).toBe(0);
    expect(await runTestCli([...from(t.superuserUrl), "--tenant", "nobody", "--json"])).toMatchObject({
      exit: 1,
      out: "",
    });
  });

  it("without --json opens and counts, and shows no value", async () => {
    const { exit, out, err } = await runTestCli(from(t.superuserUrl));
    expect(out).toBe(
      "Everything opens: 2,403 fields of 1,202 records in 2 tenants (1 further tenant without records).\n",
    );
    expect([exit, err]).toEqual([0, ""]);
  });

  it("works with the backup login and refuses one that does not see everything", async () => {
    expect((await runTestCli(from(t.urls.backup))).out).toContain("2,403 fields");
    for (const login of ["cli", "keeper", "console"] as const) {
      const { exit, err } = await runTestCli(from(t.urls[login]));
      expect(err).toContain("use a superuser's, or the deployment's backup login");
      expect(exit).toBe(3);
    }
  });

  it("reveals the KEKs only when asked for it twice", async () => {
    const asked = [...from(t.superuserUrl), "--tenant", "bravo", "--keks", "--json"];
    expect((await runTestCli(asked)).exit).toBe(2);
    const { exit, out } = await runTestCli([...asked, "--yes-reveal-keys"]);
    const [kek, ...fields] = linesOf(out) as unknown as { key_id: string; version: number; kek: string }[];
    expect(kek).toMatchObject({ version: 1, kek: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(fields).toHaveLength(1);
    expect(exit).toBe(0);
  });

  it("opens nothing under another root key, with no CMK file, or with an open root file", async () => {
    const other = join(dataDir, "other.key");
    writeFileSync(other, randomBytes(32).toString("hex"), { mode: 0o600 });
    const wrong = await runTestCli([...from(t.superuserUrl, other), "--json"]);
    expect(wrong).toMatchObject({ exit: 1, out: "" });
    expect(wrong.err).toContain("opens none of the 1 CMK files");
    const none = await runTestCli([...from(t.superuserUrl, rootFile, dataDir), "--json"]);
    expect(none.err).toContain("There are no CMK files");
    chmodSync(other, 0o644);
    expect((await runTestCli(from(t.superuserUrl, other))).err).toContain("chmod 600");
  });

  it("names and counts what does not open, writes the rest, and ends with 1", async () => {
    const [field] = await t.superuser<{ record_id: string; ciphertext: Buffer }[]>`
      SELECT f.record_id, f.ciphertext FROM record_field f
      JOIN record r ON r.tenant_id = f.tenant_id AND r.id = f.record_id
      WHERE f.tenant_id = ${acme.tenantId} AND r.record = 'c-0' AND f.name = 'email'`;
    if (!field) throw new Error("no field");
    const put = (ciphertext: Buffer) =>
      t.superuser.begin(async (sql) => {
        await sql`SET LOCAL session_replication_role = replica`;
        await sql`UPDATE record_field SET ciphertext = ${ciphertext}
                  WHERE record_id = ${field.record_id} AND name = 'email'`;
      });
    const flipped = Buffer.from(field.ciphertext);
    flipped.writeUInt8(flipped.readUInt8(flipped.length - 1) ^ 1, flipped.length - 1);
    await put(flipped);
    const { exit, out, err } = await runTestCli([...from(t.superuserUrl), "--json"]);
    await put(field.ciphertext);
    expect(linesOf(out)).toHaveLength(RECORDS * 2 + 2);
    expect(err).toContain('Does not open: acme: {"collection":"customers","record":"c-0","field":"email"}');
    expect(err).toContain("1 could not be opened (DECRYPT_FAILED 1)");
    expect(exit).toBe(1);
  });
});

describe("recovering from a data directory", { timeout: 60_000 }, () => {
  const whole = mkdtempSync(join(tmpdir(), "keyfold-recover-dir-"));
  const copy = `${whole}-copy`;
  afterAll(() => {
    for (const dir of [whole, copy]) rmSync(dir, { recursive: true, force: true });
  });

  let whileInUse: Printed;
  beforeAll(async () => {
    chmodSync(whole, 0o755);
    const cluster = await startCluster({ dataDir: whole, settings: ["fsync=off"] });
    const own = await createTestDatabase(cluster.superuserUrl);
    const on = await openKeeper(own);
    await insertRecords(own, on, await makeTenantWithKey(own, on, "charlie"), { c: { v: "kept" } });
    whileInUse = await runTestCli(["recover", "--data-dir", whole, "--root", rootFile, "--json"]);
    await Promise.all([own.console, own.keeper, own.sequencer, own.cli].map((db) => db.close()));
    await own.superuser.end();
    await takePlaceOfKeyfold(cluster.superuserUrl, new URL(own.superuserUrl).pathname.slice(1));
    await cluster.stop();
    cpSync(kmsDir, join(whole, "kms"), { recursive: true });
    cpSync(whole, copy, { recursive: true });
  }, 120_000);

  it("refuses one in use", () => {
    expect(whileInUse).toMatchObject({ exit: 1, out: "" });
    expect(whileInUse.err).toContain("in use by another Keyfold");
  });

  it("starts the database of a copy itself, and leaves nothing running", async () => {
    const { exit, out, err } = await runTestCli([
      "recover",
      "--data-dir",
      copy,
      "--root",
      rootFile,
      "--json",
    ]);
    expect(err).toContain("Everything opens: 1 field of 1 record in 1 tenant.");
    expect(linesOf(out)).toEqual([
      { tenant: "charlie", collection: "customers", record: "c", field: "v", value: "kept" },
    ]);
    expect(exit).toBe(0);
    expect(existsSync(join(copy, "postgres", "postmaster.pid"))).toBe(false);
    expect(readdirSync(copy)).not.toContain("lock");
  });

  it("works below a folder that nobody else can enter, where root's PostgreSQL cannot run", async () => {
    const hidden = mkdtempSync(join(tmpdir(), "keyfold-recover-hidden-"));
    cpSync(copy, join(hidden, "copy"), { recursive: true });
    chmodSync(join(hidden, "copy", "postgres"), 0o700);
    const before = readdirSync(join(hidden, "copy")).sort();
    const { exit, out } = await runTestCli([
      "recover",
      "--data-dir",
      join(hidden, "copy"),
      "--root",
      rootFile,
    ]);
    expect(out).toContain("Everything opens: 1 field of 1 record in 1 tenant.");
    expect(exit).toBe(0);
    expect(readdirSync(join(hidden, "copy")).sort()).toEqual(before);
    rmSync(hidden, { recursive: true, force: true });
  });

  it("stops what it started when it is asked to end", async () => {
    const asked = new AbortController();
    const running = runTestCli(["recover", "--data-dir", copy, "--root", rootFile, "--json"], {
      signal: asked.signal,
    });
    await expect.poll(() => existsSync(join(copy, "postgres", "postmaster.pid"))).toBe(true);
    asked.abort();
    expect(await running).toMatchObject({ exit: 1, out: "" });
    expect(existsSync(join(copy, "postgres", "postmaster.pid"))).toBe(false);
  });

  it("says what is not one", async () => {
    const { exit, err } = await runTestCli(["recover", "--data-dir", kmsDir, "--root", rootFile]);
    expect(err).toContain("no data directory of Keyfold");
    expect(exit).toBe(2);
  });
});

/** The instance's database is named keyfold: a suite's takes its place. */
const takePlaceOfKeyfold = async (clusterUrl: string, name: string): Promise<void> => {
  const url = new URL(clusterUrl);
  url.pathname = "/postgres";
  const sql = postgres(url.href, { max: 1, onnotice: () => {} });
  await sql.unsafe("DROP DATABASE keyfold WITH (FORCE)");
  await sql.unsafe(`ALTER DATABASE ${name} RENAME TO keyfold`);
  await sql.end();
};
