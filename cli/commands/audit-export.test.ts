import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createTestDataDir, runTestCli } from "#cli/testing/run-test-cli.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { makeTenant, writeSome } from "#keeper/sequencer/test/log-helpers.ts";

let t: TestDatabase;
let dir: ReturnType<typeof createTestDataDir>;
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  dir = createTestDataDir(t);
  await writeSome(t.cli, await makeTenant(t, "acme"), 3);
  await writeSome(t.cli, await makeTenant(t, "bravo"), 2);
});
afterAll(async () => {
  await t.drop();
  dir.remove();
});

const keyfold = (...argv: string[]) => runTestCli(argv, { dataDir: dir.dataDir });

describe("audit export", () => {
  it("writes the events of a query and nothing else, and says how many before", async () => {
    const { exit, out, err } = await keyfold(
      "audit",
      "export",
      "--query",
      "tenant:acme outcome:denied",
      "--json",
    );
    expect(exit).toBe(0);
    const lines = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { log: string; entry: object });
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatchObject({ log: "acme", entry: { action: "access.denied" } });
    expect(err).toContain("3 events");
    const csv = await keyfold("audit", "export", "--tenant", "bravo", "--format", "csv");
    expect(csv.out.trimEnd().split("\r\n")).toHaveLength(4);
    const logged = await keyfold("audit", "export", "--query", "action:audit.exported");
    expect(logged.out).toContain('"count":3');
  });

  it("says that no event holds an address, to who asks for one", async () => {
    const { exit, out, err } = await keyfold("audit", "export", "--query", "ip:192.0.2.*");
    expect([exit, out]).toEqual([0, ""]);
    expect(err).toContain("0 events\nNo event holds a network address, so none fits ip:.");
  });

  it("refuses what it does not understand, with nothing on standard output", async () => {
    for (const [argv, sentence] of [
      [["--query", "colour:red"], "is not a field"],
      [["--format", "xml"], "jsonl or csv"],
      [["--from", "yesterday"], "RFC 3339"],
      [["--query", "a".repeat(10_000)], "10,000 characters"],
    ] as const) {
      const { exit, out, err } = await keyfold("audit", "export", ...argv);
      expect([exit, out]).toEqual([2, ""]);
      expect(err).toContain(sentence);
    }
    expect((await keyfold("audit", "export", "--tenant", "nobody")).exit).toBe(1);
  });
});
