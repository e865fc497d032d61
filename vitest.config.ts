import { defineConfig } from "vitest/config";

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
    // One more than there are cores: tests wait for PostgreSQL and for processes a third of their time.
    maxWorkers: 3,
    // Files share a worker and the modules it has loaded: a third less work. Nothing here mocks a module.
    isolate: false,
    execArgv: [`--import=${new URL("./bin/resolve-drizzle.mjs", import.meta.url).href}`],
    unstubEnvs: true,
  },
});
