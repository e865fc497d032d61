import { desc } from "drizzle-orm";
import { keeperHeartbeat } from "#db/schema/deployment.ts";
import type { OperatorTx } from "#db/tenant-tx.ts";

export const upsertHeartbeat = async (
  tx: OperatorTx,
  beat: { keeperId: string; startedAt: string; body: unknown },
): Promise<void> => {
  const body = JSON.stringify(beat.body);
  await tx.sql`
    INSERT INTO keeper_heartbeat (keeper_id, started_at, at, body)
    VALUES (${beat.keeperId}, ${beat.startedAt}::timestamptz, now(), ${body}::text::jsonb)
    ON CONFLICT (keeper_id) DO UPDATE SET at = now(), body = excluded.body`;
  await tx.sql`DELETE FROM keeper_heartbeat WHERE at < now() - interval '1 day'`;
};

export type HeartbeatRow = { keeperId: string; startedAt: Date; at: Date; body: unknown };

/** The newest first. */
export const listHeartbeats = (tx: OperatorTx): Promise<HeartbeatRow[]> =>
  tx.db
    .select({
      keeperId: keeperHeartbeat.keeperId,
      startedAt: keeperHeartbeat.startedAt,
      at: keeperHeartbeat.at,
      body: keeperHeartbeat.body,
    })
    .from(keeperHeartbeat)
    .orderBy(desc(keeperHeartbeat.at))
    .limit(20);

/** What the keepers that live have said last. */
export const listLiveBodies = async (
  tx: OperatorTx,
  secondsMax: number,
): Promise<{ keeperId: string; body: unknown }[]> =>
  tx.sql<{ keeperId: string; body: unknown }[]>`
    SELECT keeper_id AS "keeperId", body FROM keeper_heartbeat
    WHERE at > now() - make_interval(secs => ${secondsMax})`;
