import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import type { JobLatency, JobMode, JobStatus, VersionCount } from "../../lib/domain/job.ts";
import { JOB_STATUSES } from "../../lib/domain/job.ts";
import { instant, xid8 } from "./columns.ts";
import { key } from "./key.ts";

const list = (values: readonly string[]) => sql.raw(values.map((value) => `'${value}'`).join(", "));

/**
 * A job that moves every DEK of a key to its current version, or replaces every DEK that was stored before the job was
 * asked for. At most one that has not ended, per key.
 */
export const rewrapJob = pgTable(
  "rewrap_job",
  {
    tenantId: uuid("tenant_id").notNull(),
    id: uuid("id").notNull(),
    keyId: uuid("key_id").notNull(),
    mode: text("mode").$type<JobMode>().notNull().default("rewrap"),
    status: text("status").$type<JobStatus>().notNull().default("queued"),
    targetVersion: integer("target_version").notNull(),
    /** DEKs per second at most; null is as fast as it goes. */
    maxRate: integer("max_rate"),
    /** Percent of what the foreground leaves free: 25, 50 or 100. */
    intensity: integer("intensity").notNull().default(100),
    total: bigint("total", { mode: "number" }).notNull().default(0),
    /** The one-minute average that the keeper measured last. */
    ratePerSecond: doublePrecision("rate_per_second").notNull().default(0),
    /** While finishing: every transaction below this id must have ended before the job counts. */
    barrier: xid8("barrier"),
    waitCode: text("wait_code"),
    /** The code whose failures are to be tried again, `*` for all of them; a keeper takes them up and clears it. */
    retry: text("retry"),
    /** DEKs per version when the job was planned and when it ended. */
    versionsBefore: jsonb("versions_before").$type<VersionCount[]>(),
    versionsAfter: jsonb("versions_after").$type<VersionCount[]>(),
    /** Calls of a KMS that were made for the job. */
    kmsCalls: integer("kms_calls").notNull().default(0),
    /** What the keeper measured of other requests, before the job and during it. */
    latency: jsonb("latency").$type<JobLatency>(),
    createdAt: instant("created_at").notNull().defaultNow(),
    startedAt: instant("started_at"),
    completedAt: instant("completed_at"),
    updatedAt: instant("updated_at").notNull().defaultNow(),
    leaseOwner: uuid("lease_owner"),
    leaseUntil: instant("lease_until"),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    foreignKey({ columns: [t.tenantId, t.keyId], foreignColumns: [key.tenantId, key.id] }),
    check("rewrap_job_status", sql`${t.status} IN (${list(JOB_STATUSES)})`),
    check("rewrap_job_intensity", sql`${t.intensity} IN (25, 50, 100)`),
    check("rewrap_job_mode", sql`${t.mode} IN ('rewrap', 're-encrypt')`),
    uniqueIndex("rewrap_job_one_open")
      .on(t.tenantId, t.keyId)
      .where(sql`status IN ('queued', 'running', 'paused', 'waiting', 'finishing')`),
    index("rewrap_job_by_time").on(t.createdAt, t.id),
  ],
);

/** A range of record ids `(after, upto]`. The cursor moves in the transaction that moves the DEKs. */
export const rewrapChunk = pgTable(
  "rewrap_chunk",
  {
    tenantId: uuid("tenant_id").notNull(),
    jobId: uuid("job_id").notNull(),
    n: integer("n").notNull(),
    after: uuid("after").notNull(),
    upto: uuid("upto").notNull(),
    cursor: uuid("cursor").notNull(),
    /** DEKs to move that the plan counted in the range: what of them is neither moved nor failed was skipped. */
    planned: bigint("planned", { mode: "number" }).notNull(),
    moved: bigint("moved", { mode: "number" }).notNull().default(0),
    skipped: bigint("skipped", { mode: "number" }).notNull().default(0),
    failed: bigint("failed", { mode: "number" }).notNull().default(0),
    state: text("state").notNull().default("open"),
    leaseOwner: uuid("lease_owner"),
    leaseUntil: instant("lease_until"),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.jobId, t.n] }),
    foreignKey({ columns: [t.tenantId, t.jobId], foreignColumns: [rewrapJob.tenantId, rewrapJob.id] }),
    check("rewrap_chunk_state", sql`${t.state} IN ('open', 'done')`),
  ],
);

/** A DEK that could not be moved, and the code of the reason. */
export const rewrapFailure = pgTable(
  "rewrap_failure",
  {
    tenantId: uuid("tenant_id").notNull(),
    jobId: uuid("job_id").notNull(),
    recordId: uuid("record_id").notNull(),
    /** The chunk that counts it. */
    chunk: integer("chunk").notNull(),
    code: text("code").notNull(),
    at: instant("at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.jobId, t.recordId] }),
    foreignKey({ columns: [t.tenantId, t.jobId], foreignColumns: [rewrapJob.tenantId, rewrapJob.id] }),
  ],
);
