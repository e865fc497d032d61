import { z } from "./zod.ts";

/** What `GET /health/crypto` answers, to the letter (claim D28). Unhealthy is 503 with the same keys. */
export const CryptoHealth = z.object({
  status: z.enum(["healthy", "unhealthy"]),
  provider: z.string(),
  key_version: z.int(),
  dual_key_mode: z.boolean(),
  checks: z.object({ key_valid: z.boolean(), round_trip: z.boolean() }),
});
export type CryptoHealth = z.output<typeof CryptoHealth>;

/** What a keeper says of itself in its heartbeat. */
export const HeartbeatBody = z.object({
  crypto: CryptoHealth,
  /** How long it was told that backups of the database are kept; null is unknown. */
  backupSeconds: z.number().nullable().default(null),
  sequencer: z.object({
    status: z.enum(["running", "refusing", "standby"]),
    reason: z.string().optional(),
    unsequenced: z.int(),
    oldestUnsequencedSeconds: z.number().nullable(),
    lastCheckpoint: z.object({ size: z.int(), at: z.string() }).nullable(),
  }),
  /** The root keys it was given, by their ids, and how many CMK files are under which. */
  roots: z
    .object({ ids: z.array(z.string()), current: z.int(), previous: z.int(), damaged: z.int() })
    .optional(),
  /** It stopped in good order. */
  stopped: z.boolean().optional(),
});
export type HeartbeatBody = z.output<typeof HeartbeatBody>;

/** A keeper that has said nothing for this long is away. */
export const HEARTBEAT_SECONDS_MAX = 15;
