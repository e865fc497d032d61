import { mkdirSync } from "node:fs";
import { bootstrap } from "./bootstrap.mjs";
import { findPostgres } from "./find-postgres.mjs";
import { runThrough } from "./hand-over.mjs";
import { NODE_FLAGS } from "./node24.mjs";
import { inRoot, ROOT, runMain, say } from "./paths.mjs";
import { countVitest } from "./test-report.mjs";

const REPORT = inRoot(".cache", "test", "postgres.json");

// npm run test:postgres: the unit tests once more, on the oldest PostgreSQL of this machine in place of the embedded one.
await runMain(async () => {
  const node = await bootstrap();
  const found = findPostgres();
  if (found === null) {
    say("SKIPPED: no PostgreSQL of 15 or newer with pg_trgm is installed on this machine.");
    return 0;
  }
  say(`The unit tests on PostgreSQL ${found.version}`);
  mkdirSync(inRoot(".cache", "test"), { recursive: true });
  const code = await runThrough(
    node,
    [
      ...NODE_FLAGS,
      inRoot("node_modules", "vitest", "vitest.mjs"),
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${REPORT}`,
    ],
    {
      cwd: ROOT,
      env: {
        ...process.env,
        ...(process.stdout.isTTY ? {} : { NO_COLOR: "1" }),
        KEYFOLD_TEST_POSTGRES: found.programs,
      },
    },
  );
  const { passed, failed, skipped } = countVitest(REPORT);
  if (skipped > 0) say(`${skipped} tests were skipped.`);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return code !== 0 ? code : failed > 0 || skipped > 0 || passed === 0 ? 1 : 0;
});
