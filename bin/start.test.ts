import { existsSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeProject, runIn } from "./test/project.ts";

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
