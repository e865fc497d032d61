import { mkdirSync, rmSync } from "node:fs";
import { bootstrap } from "./bootstrap.mjs";
import { ensureBrowser } from "./browser.mjs";
import { ensureBuilt } from "./build.mjs";
import { runThrough } from "./hand-over.mjs";
import { NODE_FLAGS } from "./node24.mjs";
import { inRoot, ROOT, runMain, say } from "./paths.mjs";
import { countPlaywright, countVitest } from "./test-report.mjs";

const REPORTS = inRoot(".cache", "test");
const VITEST_REPORT = inRoot(".cache", "test", "vitest.json");
const PLAYWRIGHT_REPORT = inRoot(".cache", "test", "playwright.json");

const tool = (name) => inRoot("node_modules", ...name.split("/"));

/** Runs all of them to their end, so that none is left running, and fails as the first that failed. */
const together = async (...runs) => {
  const ended = await Promise.allSettled(runs.map((run) => run()));
  const broken = ended.find(({ status }) => status === "rejected");
  if (broken) throw broken.reason;
  return Math.max(...ended.map(({ value }) => value));
};

const stagesOn = (node) => {
  // Colours are for a terminal; a log file is read without.
  const env = process.stdout.isTTY ? process.env : { ...process.env, NO_COLOR: "1" };
  const run = (script, parameters, more = {}) =>
    runThrough(node, [...NODE_FLAGS, script, ...parameters], {
      cwd: ROOT,
      env: { ...env, ...more },
    });

  return [
    ["format", () => run(tool("@biomejs/biome/bin/biome"), ["format", "."])],
    [
      "lint",
      () =>
        run(tool("oxlint/bin/oxlint"), [
          ".",
          "--react-plugin",
          "--jsx-a11y-plugin",
          "--nextjs-plugin",
          "--deny-warnings",
        ]),
    ],
    // Vitest waits a third of its time, and needs no build.
    [
      "build, types and vitest",
      () =>
        together(
          async () => {
            await ensureBuilt(node);
            return run(tool("typescript/bin/tsc"), ["--noEmit"]);
          },
          () =>
            run(tool("vitest/vitest.mjs"), [
              "run",
              "--reporter=default",
              "--reporter=json",
              `--outputFile.json=${VITEST_REPORT}`,
            ]),
        ),
      () => countVitest(VITEST_REPORT),
    ],
    [
      "playwright",
      async () =>
        run(tool("@playwright/test/cli.js"), ["test", "--reporter=list,json"], {
          KEYFOLD_BROWSER: await ensureBrowser(node),
          // Its workers are told about colours by the other variable, and Node warns of having both.
          ...(env.NO_COLOR === undefined ? {} : { NO_COLOR: undefined, FORCE_COLOR: "0" }),
          PLAYWRIGHT_JSON_OUTPUT_FILE: PLAYWRIGHT_REPORT,
        }),
      () => countPlaywright(PLAYWRIGHT_REPORT),
    ],
  ];
};

// A test that was left out proves nothing, so it counts against the run.
const judge = (code, counts) => {
  if (code !== 0) return code;
  if (counts === undefined) return 0;
  for (const test of counts.secondTry ?? []) say(`Passed only at its second try: ${test}`);
  if (counts.skipped > 0) say(`${counts.skipped} tests were skipped.`);
  return counts.skipped > 0 || counts.failed > 0 || counts.passed === 0 ? 1 : 0;
};

await runMain(async () => {
  const node = await bootstrap({ starts: true });
  rmSync(REPORTS, { recursive: true, force: true });
  mkdirSync(REPORTS, { recursive: true });

  const total = { passed: 0, failed: 0 };
  let exitCode = 0;
  for (const [name, run, count] of stagesOn(node)) {
    say(`── ${name}`);
    const code = await run().catch((error) => (say(error.message), 1));
    const counts = count?.();
    total.passed += counts?.passed ?? 0;
    total.failed += counts?.failed ?? 0;
    exitCode = judge(code, counts);
    if (exitCode !== 0) {
      // A stage that holds no tests, or fails without a failed one, is a failure too.
      if (total.failed === 0) total.failed = 1;
      say(`npm test failed in the stage "${name}".`);
      break;
    }
  }
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  return exitCode;
});
