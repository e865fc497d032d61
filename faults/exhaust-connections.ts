import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import type { Strike } from "./database-scene.ts";

const CONNECTIONS_MAX = 40;
const HOLD_MS = 4_000;

/** Another application takes every connection there is, and Keyfold's own are ended. */
export const exhaustConnections: Strike = {
  fault: "exhaust-connections",
  settings: [`max_connections=${CONNECTIONS_MAX}`, "superuser_reserved_connections=5"],
  strike: async ({ t }) => {
    const url = t.urls.backup;
    const greedy = Array.from({ length: CONNECTIONS_MAX }, () =>
      postgres(url, { max: 1, connect_timeout: 5 }),
    );
    const take = () => Promise.all(greedy.map((sql) => sql`SELECT 1`.catch(() => null)));
    await take();
    await t.superuser`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND usename ~ '_(keeper|sequencer|cli|console)$'`;
    for (const end = Date.now() + HOLD_MS; Date.now() < end; await sleep(50)) await take();
    await Promise.all(greedy.map((sql) => sql.end({ timeout: 1 })));
  },
};
