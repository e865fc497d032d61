import { spawn } from "node:child_process";
import { existsSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeProject, type Ran, runIn, runInWith } from "./test/project.ts";

const INSTALLING = "Installing packages";

describe("before a script runs", { timeout: 60_000 }, () => {
  let project: ReturnType<typeof makeProject>;
  beforeEach(() => {
    project = makeProject();
  });
  afterEach(() => project.remove());

  const run = (): Promise<Ran> => runIn(project.root, "run.mjs", "script.mjs");
  const lock = () => project.at(".cache", "install.lock");

  it("the packages are installed, once", async () => {
    const first = await run();
    expect(first).toMatchObject({ code: 0, out: "ran", err: expect.stringContaining(INSTALLING) });
    expect(existsSync(project.at("node_modules", ".bin", "thing"))).toBe(true);
    expect(existsSync(lock())).toBe(false);
    expect(await run()).toMatchObject({ code: 0, out: "ran", err: "" });
  });

  it("they are installed anew when an install was destroyed and npm's own record still stands", async () => {
    await run();
    rmSync(project.at("node_modules", ".keyfold-installed"));
    rmSync(project.at("node_modules", ".bin"), { recursive: true });
    expect(existsSync(project.at("node_modules", ".package-lock.json"))).toBe(true);
    expect(await run()).toMatchObject({ code: 0, err: expect.stringContaining(INSTALLING) });
    expect(existsSync(project.at("node_modules", ".bin", "thing"))).toBe(true);
  });

  it("what npm has kept and is too old for the lock file is asked for again", async () => {
    const npm = project.at("npm.js");
    writeFileSync(
      npm,
      `const { spawnSync } = require("node:child_process");
      const kept = process.argv.includes("--prefer-offline");
      process.exit(kept ? 1 : spawnSync("npm", process.argv.slice(2), { stdio: "inherit" }).status);`,
    );
    const ran = await runInWith({ npm_execpath: npm }, project.root, "run.mjs", "script.mjs");
    expect(ran).toMatchObject({ code: 0, out: "ran" });
    expect(existsSync(project.at("node_modules", ".bin", "thing"))).toBe(true);
  });

  it("an install that somebody made with npm ci counts when every package is there", async () => {
    await run();
    rmSync(project.at("node_modules", ".keyfold-installed"));
    expect(await run()).toMatchObject({ code: 0, err: "" });
  });

  it("of two at once one installs and the other is told, and nothing is destroyed", async () => {
    const both = await Promise.all([run(), run()]);
    const [told] = both.filter(({ code }) => code !== 0);
    if (told) expect(told.err).toMatch(/^Another start installs the packages here \(process \d+\)/);
    expect(both.filter(({ err }) => err.includes(INSTALLING))).toHaveLength(1);
    expect(await run()).toMatchObject({ code: 0, out: "ran", err: "" });
  });

  it("a lock counts while its process lives and touches it, and not after", async () => {
    await run();
    const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    const ended = new Promise((resolve) => other.once("close", resolve));
    writeFileSync(lock(), String(other.pid));
    expect(await run()).toEqual({
      code: 1,
      out: "",
      err: `Another start installs the packages here (process ${other.pid}): wait until it is done, then run this again.\n`,
    });
    utimesSync(lock(), 0, 0);
    expect(await run()).toMatchObject({ code: 0, out: "ran" });
    other.kill();
    await ended;
    writeFileSync(lock(), String(other.pid));
    rmSync(project.at("node_modules"), { recursive: true });
    expect(await run()).toMatchObject({ code: 0, out: "ran", err: expect.stringContaining(INSTALLING) });
    expect(existsSync(lock())).toBe(false);
  });
});
