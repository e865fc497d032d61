import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Printed } from "#cli/testing/run-test-cli.ts";
import { createTestDataDir, runTestCli } from "#cli/testing/run-test-cli.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { startOperations } from "#keeper/operations/start.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { createTestKeeper } from "#keeper/testing/test-keeper.ts";
import { TOKEN_PATTERN, hashToken } from "#lib/domain/token.ts";

let t: TestDatabase;
let k: TestKeeper;
let dir: ReturnType<typeof createTestDataDir>;
let operations: { close(): Promise<void> } | undefined;
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  k = await createTestKeeper(t);
  dir = createTestDataDir(t);
  operations = startOperations(k.keeper);
});
afterAll(async () => {
  await operations?.close();
  await k.close();
  await t.drop();
  dir.remove();
});

const keyfold = (line: string, options: { operationTimeoutMs?: number } = {}): Promise<Printed> =>
  runTestCli(line.split(" "), { dataDir: dir.dataDir, ...options });

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe("tenants", () => {
  it("are made and listed", async () => {
    const made = await runTestCli(["tenant", "create", "acme", "--name", "Acme Ltd", "--json"], {
      dataDir: dir.dataDir,
    });
    expect(made).toMatchObject({ exit: 0, err: "" });
    expect(made.json).toEqual({ id: expect.stringMatching(UUID), slug: "acme", name: "Acme Ltd" });
    expect(made.out.endsWith("}\n")).toBe(true);
    const { json } = await keyfold("tenant list --json");
    expect(json).toEqual({
      tenants: [{ ...(made.json as object), created_at: expect.stringMatching(INSTANT) }],
    });
    expect((await keyfold("tenant list")).out).toMatch(/SLUG +NAME +MADE\nacme +Acme Ltd +/);
  });

  it("keep their slug: a second one is refused, a bad one is a usage error", async () => {
    await keyfold("tenant create twice --name Twice");
    expect(await keyfold("tenant create twice --name Twice --json")).toMatchObject({
      exit: 1,
      json: { error: { code: "CONFLICT" } },
    });
    const bad = await keyfold("tenant create Bad! --name Bad");
    expect(bad.exit).toBe(2);
    expect(bad.err).toMatch(/^keyfold: slug may hold lower-case letters.*\. \[INVALID_INPUT\]\nUsage: /);
  });

  it("are told by the actor of the command line in the log", async () => {
    await keyfold("tenant create told --name Told");
    const [row] = await t.superuser`
      SELECT source, actor_type, actor_id <> '' AS named FROM audit_event
      WHERE action = 'tenant.created' ORDER BY ordinal DESC LIMIT 1`;
    expect(row).toEqual({ source: "cli", actor_type: "cli", named: true });
  });
});

describe("keys", () => {
  it("are made, rotated and listed with the DEKs on each version", async () => {
    await keyfold("tenant create keys --name Keys");
    const made = await keyfold("key create default --tenant keys --json");
    expect(made).toMatchObject({ exit: 0, json: { name: "default", version: 1 } });
    const { id } = made.json as { id: string };
    expect(await keyfold("key rotate default --tenant keys --json")).toMatchObject({
      exit: 0,
      json: { id, version: 2 },
    });
    const { json } = await keyfold("key list --tenant keys --json");
    const created_at = expect.stringMatching(INSTANT);
    expect(json).toEqual({
      keys: [
        {
          id,
          name: "default",
          status: "enabled",
          versions: [
            { number: 1, state: "deactivated", deks: 0, issued: 0, created_at },
            { number: 2, state: "active", deks: 0, issued: 0, created_at },
          ],
        },
      ],
    });
    expect((await keyfold("key list --tenant keys")).out).toMatch(/default +enabled +2 +active +0 /);
  });

  it("that are missing, or of tenants that are missing, end with 1 and their code", async () => {
    for (const line of [
      "key rotate nothing --tenant keys --json",
      "key list --tenant nobody --json",
      "key create default --tenant nobody --json",
      "operation show 0190f3a0-b2c4-7def-8123-456789abcdef --json",
      "token revoke 0190f3a0-b2c4-7def-8123-456789abcdef --json",
      "token revoke nonsense --json",
    ]) {
      expect(await keyfold(line), line).toMatchObject({ exit: 1, json: { error: { code: "NOT_FOUND" } } });
    }
  });
});

describe("the life of a key", () => {
  const reason = ["--reason", "found in a log that left the house", "--json"];
  const run = (line: string) => runTestCli([...line.split(" "), ...reason], { dataDir: dir.dataDir });

  it("is suspended and resumed, and its versions compromised, deactivated and retired", async () => {
    await keyfold("tenant create life --name Life");
    const made = await keyfold("key create default --tenant life --json");
    const { id } = made.json as { id: string };
    expect((await run("key suspend default --tenant life")).json).toEqual({ id, status: "suspended" });
    expect((await keyfold("key resume default --tenant life --json")).json).toEqual({
      id,
      status: "enabled",
    });
    const of = (version: number) => `--tenant life --version ${version}`;
    expect((await run(`key compromise default ${of(1)}`)).json).toEqual({
      id,
      version: 1,
      state: "compromised",
      successor: 2,
    });
    expect((await keyfold(`key deactivate default ${of(2)} --json`)).json).toEqual({
      id,
      version: 2,
      state: "deactivated",
    });
    await t.superuser`UPDATE key_version SET issued = 5 WHERE key_id = ${id} AND number = 1`;
    expect((await keyfold("key list --tenant life --json")).json).toMatchObject({
      keys: [{ versions: [{ issued: 5 }, { issued: 0 }] }],
    });
    expect(await run(`key attest default ${of(1)} --issued 4`)).toMatchObject({
      exit: 1,
      json: { error: { code: "CONFLICT", message: expect.stringContaining("are 5 now") } },
    });
    expect(await run(`key attest default ${of(2)} --issued 5`)).toMatchObject({
      exit: 1,
      json: { error: { code: "INVALID_STATE" } },
    });
    expect((await run(`key attest default ${of(1)} --issued 5`)).json).toEqual({
      id,
      version: 1,
      attested: 5,
    });
    k.keeper.backupSeconds = null;
    const held = await run(`key retire default ${of(1)}`);
    expect(held).toMatchObject({ exit: 3, json: { error: { code: "APPROVAL_REQUIRED" } } });
    expect(held.err).toContain("KEYFOLD_BACKUP_RETENTION");
    expect(held.err).toContain("two people");
    expect(await run(`key retire default ${of(2)}`)).toMatchObject({
      exit: 1,
      json: { error: { code: "INVALID_STATE" } },
    });
    k.keeper.backupSeconds = 0;
    expect((await run(`key retire default ${of(1)}`)).json).toEqual({ id, version: 1, state: "destroyed" });
    expect(await run(`key retire default ${of(1)}`)).toMatchObject({
      exit: 1,
      json: { error: { code: "VERSION_RETIRED" } },
    });
  });

  it("is changed only with what the act needs", async () => {
    expect(await keyfold("key compromise default --tenant life --version 2")).toMatchObject({ exit: 2 });
    expect(await run("key retire default --tenant life --version two")).toMatchObject({ exit: 2 });
    expect(await run("key attest default --tenant life --version 1")).toMatchObject({ exit: 2 });
    expect(await run("key attest default --tenant life --version 1 --issued 0")).toMatchObject({ exit: 2 });
    expect(await run("key suspend nothing --tenant life")).toMatchObject({ exit: 1 });
    expect(await keyfold("tenant set life")).toMatchObject({ exit: 2 });
    expect(await keyfold("tenant set life --compromised-reads perhaps")).toMatchObject({ exit: 2 });
    expect((await keyfold("tenant set life --compromised-reads no --json")).json).toEqual({
      slug: "life",
      compromised_reads: false,
    });
  });
});

describe("the operator's own tokens", () => {
  it("are made, listed and revoked apart from any tenant's", async () => {
    const made = await keyfold("token create --operator --scope crypto:admin,keys:retire --expires 7 --json");
    expect(made).toMatchObject({ exit: 0, err: "" });
    const { id, token } = made.json as { id: string; token: string };
    expect(token).toMatch(/^kf_oper_/);
    expect((await keyfold("token list --operator --json")).json).toMatchObject({
      tokens: [{ id, status: "active", scopes: ["crypto:admin", "keys:retire"], rate_limit: null }],
    });
    expect(await keyfold(`token revoke ${id} --json`)).toMatchObject({ exit: 0, json: { id } });
    expect((await keyfold("token list --operator")).out).toMatch(
      /kf_oper_\w+ +crypto:admin, ?keys:retire +none +revoked/,
    );
  });

  it("say whose they are, and have no scope over records", async () => {
    for (const line of [
      "token create --tenant acme --scope keys:retire",
      "token create --scope crypto:admin",
      "token create --operator --tenant acme --scope crypto:admin",
      "token create --operator --scope records:read",
      "token list",
      "token list --operator --tenant acme",
    ])
      expect((await keyfold(line)).exit, line).toBe(2);
  });
});

describe("a tenant's settings", () => {
  it("are changed one by one", async () => {
    await keyfold("tenant create settings --name Settings");
    expect(await keyfold("tenant set settings --access-log requests --json")).toMatchObject({
      exit: 0,
      json: { slug: "settings", access_log: "requests" },
    });
    expect((await keyfold("tenant set settings --access-log requests")).exit).toBe(1);
    expect((await keyfold("tenant set settings --access-log often")).exit).toBe(2);
    expect((await keyfold("tenant set settings")).exit).toBe(2);
  });
});

describe("tokens", () => {
  it("are made here: only the hash is stored; and revoked", async () => {
    await keyfold("tenant create tokens --name Tokens");
    const made = await keyfold(
      "token create --tenant tokens --scope records:read,records:write --expires 7 --json",
    );
    expect(made).toMatchObject({ exit: 0, err: "" });
    expect(made.json).toEqual({
      id: expect.stringMatching(UUID),
      token: expect.stringMatching(TOKEN_PATTERN),
    });
    const { id, token } = made.json as { id: string; token: string };
    const [row] = await t.superuser`
      SELECT encode(hash, 'hex') AS hash, scopes, (expires_at - created_at) < interval '7 days 1 minute' AS week
      FROM service_token WHERE id = ${id}`;
    expect(row).toEqual({
      hash: await hashToken(token),
      scopes: ["records:read", "records:write"],
      week: true,
    });
    expect((await keyfold("token list --tenant tokens --json")).json).toMatchObject({
      tokens: [{ id, status: "active", scopes: ["records:read", "records:write"] }],
    });
    expect(await keyfold(`token revoke ${id} --json`)).toMatchObject({ exit: 0, json: { id } });
    expect((await keyfold("token list --tenant tokens --json")).json).toMatchObject({
      tokens: [{ id, status: "revoked" }],
    });
    expect(await keyfold(`token revoke ${id} --json`)).toMatchObject({
      exit: 1,
      json: { error: { code: "INVALID_STATE" } },
    });
  });
});

describe("a token's limit", () => {
  it("is given when it is made, for a tenant's token and the operator's", async () => {
    await keyfold("tenant create limited --name Limited");
    for (const whose of ["--tenant limited --scope records:read", "--operator --scope crypto:admin"]) {
      const made = await keyfold(`token create ${whose} --rate-limit 20`);
      expect(made.out).toMatch(/for at most 20 requests a second; it counts until/);
      const { json } = await keyfold(`token create ${whose} --rate-limit 1 --json`);
      expect(json).toMatchObject({ rate_limit: 1 });
      const { id } = json as { id: string };
      const of = whose.split(" --scope")[0];
      const listed = (await keyfold(`token list ${of} --json`)).json as { tokens: { id: string }[] };
      expect(listed.tokens.find((token) => token.id === id)).toMatchObject({ rate_limit: 1 });
      expect((await keyfold(`token list ${of}`)).out).toMatch(/ 20\/s +active/);
    }
  });

  it("is a whole number that there can be", async () => {
    for (const limit of ["0", "-1", "1.5", "10001", "many", ""])
      expect(
        (await keyfold(`token create --tenant limited --scope records:read --rate-limit=${limit}`)).exit,
        limit,
      ).toBe(2);
  });
});

describe("operations", () => {
  it("are not waited for with --no-wait, and can be looked at", async () => {
    await keyfold("tenant create later --name Later");
    const asked = await keyfold("key create default --tenant later --no-wait --json");
    expect(asked).toMatchObject({ exit: 0, json: { operation: expect.stringMatching(UUID) } });
    const { operation } = asked.json as { operation: string };
    await expect
      .poll(async () => (await keyfold(`operation show ${operation} --json`)).json, { timeout: 5_000 })
      .toMatchObject({ id: operation, kind: "create-key", state: "done", outcome: { version: 1 } });
  });

  it("that fail end with 1 and say why", async () => {
    await keyfold("tenant create races --name Races");
    const both = await Promise.all([1, 2].map(() => keyfold("key create default --tenant races --json")));
    expect(both.map(({ exit }) => exit).sort()).toEqual([0, 1]);
    const lost = both.find(({ exit }) => exit === 1);
    expect(lost?.json).toMatchObject({ error: { code: "CONFLICT" } });
  });

  it("that no keeper takes end with 4 and stay on record", async () => {
    await keyfold("tenant create alone --name Alone");
    await operations?.close();
    const { exit, json, err } = await keyfold("key create default --tenant alone --json", {
      operationTimeoutMs: 100,
    });
    expect(exit).toBe(4);
    const { operation } = (json as { error: { operation: string } }).error;
    expect(err).toContain(`keyfold operation show ${operation}`);
    expect((await keyfold(`operation show ${operation}`)).out).toContain("create-key is pending");
    operations = startOperations(k.keeper);
    await expect
      .poll(async () => (await keyfold(`operation show ${operation} --json`)).json, { timeout: 5_000 })
      .toMatchObject({ state: "done" });
  });

  it("are let go when somebody ends the command, and stay on record", async () => {
    await keyfold("tenant create ended --name Ended");
    await operations?.close();
    const asked = new AbortController();
    const running = runTestCli(["key", "create", "default", "--tenant", "ended"], {
      dataDir: dir.dataDir,
      signal: asked.signal,
    });
    await expect
      .poll(async () => (await t.superuser`SELECT FROM operation WHERE state = 'pending'`).length)
      .toBe(1);
    asked.abort();
    expect(await running).toMatchObject({ exit: 1, out: "" });
    operations = startOperations(k.keeper);
  });
});
