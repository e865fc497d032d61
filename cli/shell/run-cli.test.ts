import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMMANDS } from "#cli/commands.ts";
import { freePort } from "#cli/embedded/free-port.ts";
import { runTestCli } from "#cli/testing/run-test-cli.ts";

describe("help", () => {
  // Loaded together, not within the time of one test.
  beforeAll(() => Promise.all(COMMANDS.map(({ load }) => load())));

  it("lists every command, and tells the options of each", async () => {
    const { exit, out } = await runTestCli(["--help"]);
    expect(exit).toBe(0);
    for (const { name: words, summary, load } of COMMANDS) {
      expect(out).toContain(`  ${words} `);
      const command = await load();
      expect(command.usage.startsWith(words)).toBe(true);
      const help = await runTestCli([...words.split(" "), "--help"]);
      expect(help.out).toContain(`${summary}.`);
      expect([help.exit, help.err]).toEqual([0, ""]);
      expect(help.out).toContain(`keyfold ${command.usage}`);
      for (const option of Object.keys(command.options)) {
        expect(help.out).toContain(`--${option}`);
        expect(command.usage).toContain(`--${option}`);
      }
      for (const name of command.args) expect(command.usage).toContain(`<${name}>`);
    }
  });

  it("of a group lists its verbs", async () => {
    const { exit, out } = await runTestCli(["key", "--help"]);
    expect(exit).toBe(0);
    expect(out).toContain("key rotate");
    expect(out).not.toContain("tenant create");
  });
});

describe("a command line that is wrong", () => {
  const UUID = "0190f3a0-b2c4-7def-8123-456789abcdef";
  it.each([
    [[], "Say what to do."],
    [["frobnicate"], '"frobnicate" is no command'],
    [
      ["key"],
      "keyfold key needs one of: create, rotate, suspend, resume, deactivate, compromise, retire, attest, move, list",
    ],
    [
      ["key", "explode"],
      'keyfold key knows no "explode": it needs one of: create, rotate, suspend, resume, deactivate, compromise, retire, attest, move, list',
    ],
    [["tenant", "create"], "<slug> is missing"],
    [["tenant", "create", "acme"], "--name <text> is missing"],
    [["tenant", "create", "acme", "more", "--name", "Acme"], '"more" is one parameter too many'],
    [["tenant", "list", "--nmae", "x"], "Unknown option '--nmae'"],
    [["tenant", "create", "acme", "--name"], "'--name <value>' argument missing"],
    [["tenant", "list", "--json=yes"], "does not take an argument"],
    [["token", "create", "--tenant", "acme", "--scope", "records:own"], '"records:own" is no scope'],
    [["token", "create", "--tenant", "acme", "--scope", "records:read", "--expires", "91"], "from 1 to 90"],
    [["token", "create", "--tenant", "acme", "--scope", "records:read", "--expires", "1.5"], "from 1 to 90"],
    [["recover", "--root", "x"], "either --data-dir <dir> or --database-url <url>"],
    [["recover", "--root", "x", "--data-dir", "a", "--database-url", "b", "--kms", "c"], "either"],
    [["recover", "--root", "x", "--database-url", "b"], "go together"],
    [["recover", "--root", "x", "--data-dir", "a", "--keks", "--json"], "--yes-reveal-keys"],
    [["recover", "--data-dir", "a"], "--root <file,…> is missing"],
    [["migrate"], "Set DATABASE_URL to the migrator's URL"],
    [["operation", "show", UUID, UUID], "one parameter too many"],
  ])("%j ends with 2 and says why", async (argv, sentence) => {
    const { exit, out, err } = await runTestCli(argv);
    expect(err).toContain(sentence);
    expect(err).toContain("Usage: keyfold ");
    expect([exit, out]).toEqual([2, ""]);
  });

  it("with --json is one object on standard output too", async () => {
    const { exit, out, json } = await runTestCli(["tenant", "create", "acme", "--json"]);
    expect(exit).toBe(2);
    expect(out.trimEnd().split("\n")).toHaveLength(1);
    expect(json).toEqual({ error: { code: "INVALID_INPUT", message: "--name <text> is missing." } });
  });
});

describe("an instance that cannot be reached", () => {
  let dataDir = "";
  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), "keyfold-cli-away-"));
  });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it("was never started: 4", async () => {
    const { exit, err } = await runTestCli(["tenant", "list"], { dataDir });
    expect(err).toContain(`has not been started on ${dataDir}`);
    expect(exit).toBe(4);
  });

  it("is not running: 4, and no credential in the sentence", async () => {
    const url = `postgres://kf_0_cli:very-secret@127.0.0.1:${await freePort()}/keyfold`;
    const all = Object.fromEntries(
      ["console", "keeper", "sequencer", "cli", "backup"].map((login) => [login, url]),
    );
    const file = join(dataDir, "credentials.json");
    writeFileSync(file, JSON.stringify({ ...all, nextauthSecret: "s".repeat(32) }));
    chmodSync(file, 0o600);
    const { exit, err, json } = await runTestCli(["tenant", "list", "--json"], { dataDir });
    expect(err).toContain("does not run on");
    expect(json).toMatchObject({ error: { code: "UNAVAILABLE" } });
    expect(err + JSON.stringify(json)).not.toContain("very-secret");
    expect(exit).toBe(4);
  });

  it("has damaged credentials: 1", async () => {
    writeFileSync(join(dataDir, "credentials.json"), "{");
    const { exit, err } = await runTestCli(["tenant", "list"], { dataDir });
    expect(err).toContain("credentials.json is damaged");
    expect(exit).toBe(1);
  });
});

it("help loads no library", () => {
  const watch = `
    import { registerHooks } from "node:module";
    registerHooks({
      load: (url, context, next) => {
        if (url.includes("/node_modules/")) console.log("loaded " + url);
        return next(url, context);
      },
    });
    process.argv = [process.argv0, "keyfold", "--help"];
    await import(${JSON.stringify(new URL("../main.ts", import.meta.url).href)});`;
  const { status, stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", watch], {
    encoding: "utf8",
  });
  expect(status).toBe(0);
  expect(stdout).toContain("tenant create");
  expect(stdout).not.toContain("loaded ");
});
