import { listHeartbeats } from "#db/queries/heartbeat.ts";
import { HEARTBEAT_SECONDS_MAX, HeartbeatBody } from "#lib/domain/health.ts";
import { z } from "#lib/domain/zod.ts";
import { defineOperatorQuery } from "../define-query.ts";

/** How long backups of the database are kept, as the living keepers were told; unknown when one of them does not know. */
export const backupRetention = defineOperatorQuery({
  permission: "platform:read",
  input: z.object({}),
  read: async ({ tx }): Promise<{ backupSeconds: number | null }> => {
    const now = Date.parse(await tx.now());
    const told = (await listHeartbeats(tx))
      .filter(({ at }) => now - at.getTime() <= HEARTBEAT_SECONDS_MAX * 1000)
      .flatMap(({ body }) => HeartbeatBody.safeParse(body).data ?? [])
      .filter(({ stopped }) => stopped !== true)
      .map((body) => body.backupSeconds);
    const known = told.filter((seconds) => seconds !== null);
    return { backupSeconds: known.length === 0 || known.length < told.length ? null : Math.max(...known) };
  },
});
