import { existsSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeProject, runIn, runInWith } from "./test/project.ts";

let project: ReturnType<typeof makeProject>;
beforeAll(() => {
  project = makeProject();
});
afterAll(() => project.remove());

it("tells what it takes with --help, and installs nothing for it", async () => {
  const { code, out, err } = await runIn(project.root, "start.mjs", "--help");
  expect([code, err]).toEqual([0, ""]);
  for (const word of [
    "--empty",
    "--sample",
    "PORT",
    "KEEPER_PORT",
    "KEYFOLD_DATA_DIR",
    "KEYFOLD_ADMIN_EMAIL",
  ])
    expect(out).toContain(word);
  expect(existsSync(project.at("node_modules"))).toBe(false);
});

it.each([
  [["--emtpy"], 'npm start knows no "--emtpy": it takes --empty or --sample.'],
  [["--empty", "--sample"], "npm start takes --empty or --sample, not both."],
])("refuses %j before it installs anything", async (parameters, sentence) => {
  const { code, out, err } = await runIn(project.root, "start.mjs", ...parameters);
  expect([code, out]).toEqual([1, ""]);
  expect(err).toContain(sentence);
  expect(existsSync(project.at("node_modules"))).toBe(false);
});

it.each<[Record<string, string>, string]>([
  [{ PORT: "abc" }, 'PORT is "abc": set it to a port from 1 to 65535.'],
  [{ PORT: "0" }, 'PORT is "0": set it to a port from 1 to 65535.'],
  [{ KEEPER_PORT: "65536" }, 'KEEPER_PORT is "65536": set it to a port from 1 to 65535.'],
  [{ KEEPER_PORT: "-1" }, 'KEEPER_PORT is "-1": set it to a port from 1 to 65535.'],
  [{ PORT: "3100", KEEPER_PORT: "" }, "PORT and KEEPER_PORT are both 3100: set one of them to another port."],
])("refuses %j before it installs anything", async (env, sentence) => {
  const { code, out, err } = await runInWith(env, project.root, "start.mjs");
  expect([code, out, err]).toEqual([1, "", `${sentence}\n`]);
  expect(existsSync(project.at("node_modules"))).toBe(false);
});

it("hands the ports on as it read them, those too that nobody set", async () => {
  const { portsFrom }: { portsFrom(env: object): object } = await import("./ports.mjs" as string);
  expect(portsFrom({})).toEqual({ PORT: "3000", KEEPER_PORT: "3100" });
  expect(portsFrom({ PORT: "04600", KEEPER_PORT: "4601" })).toEqual({ PORT: "4600", KEEPER_PORT: "4601" });
});
