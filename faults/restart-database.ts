import type { Strike } from "./database-scene.ts";

/** PostgreSQL ends in the middle of everything and is started again. */
export const restartDatabase: Strike = { fault: "restart-database", strike: ({ restart }) => restart() };
