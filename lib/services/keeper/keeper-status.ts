import { listHeartbeats } from "#db/queries/heartbeat.ts";
import type { CryptoHealth } from "#lib/domain/health.ts";
import { HEARTBEAT_SECONDS_MAX, HeartbeatBody } from "#lib/domain/health.ts";
import { withOperator } from "#db/tenant-tx.ts";
import type { Database } from "#db/client.ts";

export type KeeperStatus = {
  /** The newest heartbeat of any keeper; null when there never was one. */
  lastSeenAt: string | null;
  away: boolean;
  crypto: CryptoHealth | null;
  sequencer: HeartbeatBody["sequencer"] | null;
  now: string;
};

const hasStopped = ({ body }: { body: unknown }): boolean =>
  HeartbeatBody.safeParse(body).data?.stopped === true;

/** How the keepers are, from what they last said in the database. */
export const keeperStatus = (db: Database): Promise<KeeperStatus> =>
  withOperator(db, async (tx) => {
    const now = await tx.now();
    const beats = await listHeartbeats(tx);
    // One that has stopped speaks for nobody while another lives.
    const newest = beats.find((beat) => !hasStopped(beat)) ?? beats[0];
    if (!newest) return { lastSeenAt: null, away: true, crypto: null, sequencer: null, now };
    const body = HeartbeatBody.safeParse(newest.body);
    return {
      lastSeenAt: newest.at.toISOString(),
      away: hasStopped(newest) || Date.parse(now) - newest.at.getTime() > HEARTBEAT_SECONDS_MAX * 1000,
      crypto: body.data?.crypto ?? null,
      sequencer: body.data?.sequencer ?? null,
      now,
    };
  });
