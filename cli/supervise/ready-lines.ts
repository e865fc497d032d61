import { join } from "node:path";
import { type FirstAdmin, howToSignIn } from "./first-admin.ts";
import type { Settings } from "./settings.ts";

/** What a start says once everything serves: where people go, where applications go, how to sign in, where the logs are. */
export const readyLines = (
  { port, keeperPort }: Pick<Settings, "port" | "keeperPort">,
  { admin, dataDir }: { admin: FirstAdmin | undefined; dataDir: string },
): string =>
  [
    `Keyfold is ready: http://localhost:${port}`,
    howToSignIn(admin),
    `Applications use http://localhost:${keeperPort}, which describes its API at /docs. The logs of the processes are in ${join(dataDir, "logs")}.`,
  ].join("\n");
