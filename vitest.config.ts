import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What waits for keepers, clouds and clocks, up to a minute a file: at the end of a run it would wait alone. */
const LONG = /\/(keeper\/(platform|rewrap|sequencer)|cli\/sample|faults)\//;

/** A clone that never ran them knows of its files nothing but their size; what waits longest is among the smallest. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  resolve: {
    alias: { "server-only": new URL("./node_modules/server-only/empty.js", import.meta.url).pathname },
  },
  test: {
    include: ["**/*.test.ts", "**/*.test.tsx"],
    exclude: ["**/node_modules/**", "**/.next/**", "**/.keyfold/**", "**/.cache/**", "e2e/**"],
    environment: "node",
    globalSetup: ["./db/testing/global-setup.ts"],
    // A limit for what hangs, not for what is slow: the machine may be busy with something else.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    allowOnly: false,
    // Two more than there are cores: tests wait for PostgreSQL, for processes and for clocks a third of their time.
    maxWorkers: 4,
    sequence: { sequencer: LongFirst },
    // Files share a worker and the modules it has loaded: a third less work. Nothing here mocks a module.
    isolate: false,
    execArgv: [`--import=${new URL("./bin/resolve-drizzle.mjs", import.meta.url).href}`],
    unstubEnvs: true,
  },
});
