import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, inject, it, vi } from "vitest";
import { NODE_FLAGS } from "#cli/supervise/node-flags.ts";
import { runTestCli } from "#cli/testing/run-test-cli.ts";
import { freePort } from "#cli/embedded/free-port.ts";
import { createTestDatabase, type TestDatabase } from "#db/testing/test-database.ts";
import { openLocalKms, readRoots } from "#keeper/platform/open-roots.ts";
import { load, readBack, writeBeside } from "#keeper/testing/data-plane.ts";
import { type KeeperProcess, startKeeper } from "#keeper/testing/keeper-process.ts";
import { createLedger, type Ledger } from "#keeper/testing/ledger.ts";
import { prepareTenant, TENANT } from "#keeper/testing/rewrap-rounds.ts";
import { cliContext } from "#keeper/testing/test-keeper.ts";
import { createKey } from "#lib/services/keys/create-key.ts";
import { awaitOperation } from "#lib/services/operations/await-operation.ts";

const RECORDS = 40;
const newRoot = () => randomBytes(32).toString("hex");

let t: TestDatabase;
let dataDir: string;
const started: KeeperProcess[] = [];

beforeEach(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  dataDir = mkdtempSync(join(tmpdir(), "keyfold-dual-"));
});
afterEach(async () => {
  for (const keeper of started.splice(0)) await keeper.kill();
  await t.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

const env = (keys: Record<string, string>) => ({
  KEYFOLD_DATA_DIR: dataDir,
  KEEPER_DATABASE_URL: t.urls.keeper,
  SEQUENCER_DATABASE_URL: t.urls.sequencer,
  ...keys,
});
const start = async (keys: Record<string, string>): Promise<KeeperProcess> => {
  const keeper = await startKeeper(env(keys), await freePort());
  started.push(keeper);
  return keeper;
};
const dual = (root: string, ...previous: string[]) => ({
  ENCRYPTION_KEY: root,
  ENCRYPTION_KEY_PREVIOUS: previous.join(","),
});

/** Starts a keeper that is to refuse, and says how it ended. */
const refusal = async (keys: Record<string, string>): Promise<{ exit: number | null; words: string }> => {
  const child = spawn(process.execPath, [...NODE_FLAGS, "keeper/main.ts"], {
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      NODE_ENV: "production",
      KEEPER_PORT: String(await freePort()),
      ...env(keys),
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let words = "";
  child.stderr.on("data", (chunk: Buffer) => {
    words += chunk.toString();
  });
  const exit = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { exit, words: words.trim() };
};

/** The same in this process: what a keeper says that does not open the CMK files. */
const refusedWith = async (keys: Record<string, string>): Promise<string> => {
  const roots = await readRoots({ NODE_ENV: "test", ...keys }, dataDir);
  return openLocalKms(dataDir, roots).then(() => "", String);
};

const health = async (keeper: KeeperProcess) =>
  (await (await fetch(`${keeper.url}/health/crypto`)).json()) as { status: string; dual_key_mode: boolean };
const rotations = () => t.superuser<{ files: number }[]>`
  SELECT (convert_from(entry, 'UTF8')::jsonb #>> '{detail,files}')::int AS files FROM audit_event
  WHERE action = 'crypto.key_rotated' ORDER BY at`;
const rootsOfFiles = () =>
  new Set(
    readdirSync(join(dataDir, "kms"))
      .filter((name) => name.endsWith(".cmk"))
      .map((name) =>
        readFileSync(join(dataDir, "kms", name))
          .subarray(4, 12)
          .toString("hex"),
      ),
  );
const fill = async (keeper: KeeperProcess): Promise<{ ledger: Ledger; token: string }> => {
  const ledger = createLedger();
  const token = await prepareTenant(cliContext(t));
  await load({ url: keeper.url, token, tenant: TENANT }, ledger, RECORDS);
  return { ledger, token };
};
const check = (keeper: KeeperProcess, { ledger, token }: { ledger: Ledger; token: string }) =>
  readBack({ url: keeper.url, token, tenant: TENANT }, ledger);
/** Asks again and again; says with which statuses it was answered. */
const askOn = (url: string) => {
  const seen = new Set<number>();
  const stopping = new AbortController();
  const run = async () => {
    while (!stopping.signal.aborted) {
      seen.add((await fetch(url)).status);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
      return seen;
    },
  };
};
const good = { lost: 0, undecryptable: 0 };
/** A backup of the files as they are opens with the old key, given with the new one, and not with the new one alone. */
const recoverWith = async (old: string, next: string): Promise<void> => {
  const files = [old, next].map((root, i) => {
    const file = join(dataDir, `${i}.key`);
    writeFileSync(file, root, { mode: 0o600 });
    return file;
  });
  const recover = (root: string) =>
    runTestCli(["recover", "--root", root, "--database-url", t.urls.backup, "--kms", join(dataDir, "kms")]);
  expect((await recover(files[1] ?? "")).err).toContain("opens none of the 1 CMK files");
  const { exit, out } = await recover(files.toReversed().join(","));
  expect(out).toContain(`${RECORDS} records`);
  expect(exit).toBe(0);
};

describe("a new root key", { timeout: 120_000 }, () => {
  it("is put in with the old one as previous, and then alone: every record opens all the way, and a backup with both", async () => {
    const [a, b] = [newRoot(), newRoot()];
    const first = await start({ ENCRYPTION_KEY: a });
    const data = await fill(first);
    const before = rootsOfFiles();
    await first.stop();
    await recoverWith(a, b);

    const without = await refusal({ ENCRYPTION_KEY: b });
    expect(without.exit).toBe(1);
    expect(without.words).toMatch(
      /^KMS_MISCONFIGURED: 1 CMK file in .* is under a root key that is not given: /,
    );
    expect(rootsOfFiles()).toEqual(before);

    const both = await start(dual(b, a));
    expect(await health(both)).toMatchObject({ status: "healthy", dual_key_mode: true });
    expect(await check(both, data)).toEqual(good);
    expect(rootsOfFiles()).not.toEqual(before);
    expect(await rotations()).toEqual([{ files: 1 }]);
    await both.stop();

    const alone = await start({ ENCRYPTION_KEY: b });
    expect(await health(alone)).toMatchObject({ status: "healthy", dual_key_mode: false });
    expect(await check(alone, data)).toEqual(good);
    await alone.stop();
    expect(await refusedWith({ ENCRYPTION_KEY: a })).toContain("1 CMK file");
    expect(await rotations()).toHaveLength(1);
  });

  it("follows a root key in a file", async () => {
    const first = await start({});
    const data = await fill(first);
    await first.stop();
    const b = newRoot();
    const file = join(dataDir, "root.key");
    expect(await refusedWith({ ENCRYPTION_KEY: b })).toContain(file);
    const both = await start(dual(b, readFileSync(file, "ascii").trim()));
    expect(await check(both, data)).toEqual(good);
    await both.stop();
    // And back: what ENCRYPTION_KEY was stands in the file now.
    writeFileSync(file, newRoot(), { mode: 0o600 });
    const back = await start({ ENCRYPTION_KEY_PREVIOUS: b });
    expect(await check(back, data)).toEqual(good);
  });

  it("reaches keepers one after the other: those that still have the old one go on all the time", async () => {
    const [a, b] = [newRoot(), newRoot()];
    const old = [await start({ ENCRYPTION_KEY: a }), await start({ ENCRYPTION_KEY: a })] as const;
    const data = await fill(old[0]);
    const before = rootsOfFiles();
    const beats = () => t.superuser`SELECT FROM keeper_heartbeat`;
    await vi.waitFor(async () => expect(await beats()).toHaveLength(2), 10_000);

    const plane = { url: old[1].url, token: data.token, tenant: TENANT };
    const writer = writeBeside(plane, data.ledger, RECORDS);
    const answers = askOn(`${old[1].url}/health/crypto`);
    await old[0].stop();
    const first = await start(dual(b, a));
    expect(await health(first)).toMatchObject({ status: "healthy", dual_key_mode: true });
    expect(rootsOfFiles()).toEqual(before);

    // A key that is made meanwhile opens in both.
    const made = await createKey(cliContext(t), { tenant: TENANT, name: "meanwhile" });
    const view = await awaitOperation(cliContext(t), made.operationId ?? "", { timeoutMs: 20_000 });
    expect(view.state).toBe("done");
    expect(await writer.stop()).toBeGreaterThan(0);
    for (const keeper of [old[1], first]) {
      expect(await health(keeper)).toMatchObject({ status: "healthy" });
      expect(await check(keeper, data)).toEqual(good);
    }
    expect(await answers.stop()).toEqual(new Set([200]));

    await old[1].stop();
    const second = await start(dual(b, a));
    await vi.waitFor(
      async () => expect(rootsOfFiles().size === 1 && rootsOfFiles()).not.toEqual(before),
      15_000,
    );
    expect((await rotations()).reduce((sum, { files }) => sum + files, 0)).toBe(1);
    for (const keeper of [first, second]) expect(await check(keeper, data)).toEqual(good);
    await openLocalKms(dataDir, await readRoots({ NODE_ENV: "test", ENCRYPTION_KEY: b }, dataDir));
  });
});

describe("ENCRYPTION_KEY_PREVIOUS", () => {
  it("that names the current key is refused before anything begins, in a sentence that repeats no key", async () => {
    const a = newRoot();
    const { exit, words } = await refusal({ ENCRYPTION_KEY: a, ENCRYPTION_KEY_PREVIOUS: a });
    expect(exit).toBe(1);
    expect(words).toContain("Key 1 of ENCRYPTION_KEY_PREVIOUS is the current root key");
    expect(words).not.toContain(a);
    expect(await t.superuser`SELECT FROM cmk`).toHaveLength(0);
    expect(readdirSync(dataDir)).toEqual([]);
  });
});
