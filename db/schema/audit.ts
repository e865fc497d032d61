import {
  bigint,
  bigserial,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { sql } from "drizzle-orm";
import type { CodeCount } from "../../lib/domain/access-outcome.ts";
import { bytea, instant, xid8 } from "./columns.ts";

/** Entries as the exact bytes that are hashed. Insert only; every other column is taken from the entry by a trigger. */
export const auditEvent = pgTable(
  "audit_event",
  {
    id: uuid("id").primaryKey(),
    tenantId: uuid("tenant_id"),
    at: instant("at").notNull(),
    entry: bytea("entry").notNull(),
    source: text("source").notNull(),
    action: text("action").notNull(),
    outcome: text("outcome").notNull(),
    actorType: text("actor_type").notNull(),
    actorId: text("actor_id").notNull(),
    targetType: text("target_type").notNull(),
    targetId: text("target_id").notNull(),
    req: text("req").notNull(),
    rev: integer("rev"),
    xid: xid8("xid").notNull(),
    ordinal: bigserial("ordinal", { mode: "number" }).notNull(),
  },
  (t) => [
    index("audit_event_time").on(t.at, t.id),
    index("audit_event_tenant_time").on(t.tenantId, t.at, t.id),
    index("audit_event_action_time").on(t.action, t.at, t.id),
    index("audit_event_actor_time").on(t.actorId, t.at, t.id),
    index("audit_event_target").on(t.targetId, t.at, t.id),
    index("audit_event_not_ok_time").on(t.outcome, t.at, t.id).where(sql`outcome <> 'ok'`),
    // Filters that are asked for together, each in the order of time: a page costs the same however deep it lies.
    index("audit_event_tenant_action_time").on(t.tenantId, t.action, t.at, t.id),
    index("audit_event_tenant_actor_time").on(t.tenantId, t.actorId, t.at, t.id),
    index("audit_event_actor_action_time").on(t.actorId, t.action, t.at, t.id),
    index("audit_event_tenant_actor_action_time").on(t.tenantId, t.actorId, t.action, t.at, t.id),
    index("audit_event_tenant_not_ok_time").on(t.tenantId, t.outcome, t.at, t.id).where(sql`outcome <> 'ok'`),
    index("audit_event_actor_not_ok_time").on(t.actorId, t.outcome, t.at, t.id).where(sql`outcome <> 'ok'`),
    index("audit_event_action_not_ok_time").on(t.action, t.outcome, t.at, t.id).where(sql`outcome <> 'ok'`),
    index("audit_event_target_not_ok_time").on(t.targetId, t.outcome, t.at, t.id).where(sql`outcome <> 'ok'`),
    index("audit_event_tenant_target_time").on(t.tenantId, t.targetId, t.at, t.id),
    index("audit_event_target_actor_time").on(t.targetId, t.actorId, t.at, t.id),
    index("audit_event_target_action_time").on(t.targetId, t.action, t.at, t.id),
    index("audit_event_xid").on(t.xid),
    index("audit_event_req").on(t.req),
    // What a row's newest event says of its rev is asked on every request that carries a token.
    index("audit_event_rev").on(t.targetId, t.rev).where(sql`rev IS NOT NULL`),
  ],
);

/** Events that stand in no tree yet. */
export const auditQueue = pgTable(
  "audit_queue",
  {
    eventId: uuid("event_id").primaryKey(),
    tenantId: uuid("tenant_id"),
    xid: xid8("xid").notNull(),
    ordinal: bigint("ordinal", { mode: "number" }).notNull(),
  },
  (t) => [index("audit_queue_order").on(t.xid, t.ordinal)],
);

/** A leaf of a log: a tenant's tree (log id = tenant id) or the global tree (log id = deployment id). */
export const auditLeaf = pgTable(
  "audit_leaf",
  {
    logId: uuid("log_id").notNull(),
    leafIndex: bigint("leaf_index", { mode: "number" }).notNull(),
    eventId: uuid("event_id"),
    /** In the global tree: a published tenant head instead of an event. */
    head: bytea("head"),
    leafHash: bytea("leaf_hash").notNull(),
  },
  (t) => [primaryKey({ columns: [t.logId, t.leafIndex] }), uniqueIndex("audit_leaf_event").on(t.eventId)],
);

/**
 * What one may look for in a placed event in plain words. Beside the event and not in it, and written by the sequencer:
 * the index of trigrams is dear, and no change waits for it. No role reads it; `audit_text_search` does.
 */
export const auditText = pgTable(
  "audit_text",
  {
    eventId: uuid("event_id").primaryKey(),
    logId: uuid("log_id").notNull(),
    text: text("text").notNull(),
  },
  (t) => [index("audit_text_trigrams").using("gin", t.text.op("gin_trgm_ops"))],
);

/** How many placed events there are of each kind in each hour. Written by the sequencer alone, so that nobody waits for a row of it. */
export const auditHour = pgTable(
  "audit_hour",
  {
    logId: uuid("log_id").notNull(),
    hour: instant("hour").notNull(),
    action: text("action").notNull(),
    outcome: text("outcome").notNull(),
    actorId: text("actor_id").notNull(),
    count: bigint("count", { mode: "number" }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.logId, t.hour, t.action, t.outcome, t.actorId] }),
    index("audit_hour_time").on(t.hour),
  ],
);

/** The same by the day and without the actors, for long times. */
export const auditDay = pgTable(
  "audit_day",
  {
    logId: uuid("log_id").notNull(),
    day: instant("day").notNull(),
    action: text("action").notNull(),
    outcome: text("outcome").notNull(),
    count: bigint("count", { mode: "number" }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.logId, t.day, t.action, t.outcome] }), index("audit_day_time").on(t.day)],
);

/** The same by the day and with the actors, of whom long times have too many hours. */
export const auditActorDay = pgTable(
  "audit_actor_day",
  {
    logId: uuid("log_id").notNull(),
    day: instant("day").notNull(),
    actorId: text("actor_id").notNull(),
    action: text("action").notNull(),
    outcome: text("outcome").notNull(),
    count: bigint("count", { mode: "number" }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.logId, t.day, t.actorId, t.action, t.outcome] }),
    index("audit_actor_day_time").on(t.day),
    index("audit_actor_day_actor").on(t.actorId, t.day),
  ],
);

/** The compact range of a log, and the size whose head was last put into the global tree. */
export const auditHead = pgTable("audit_head", {
  logId: uuid("log_id").primaryKey(),
  size: bigint("size", { mode: "number" }).notNull(),
  hashes: bytea("hashes").notNull(),
  publishedSize: bigint("published_size", { mode: "number" }).notNull().default(0),
});

export const auditCheckpoint = pgTable(
  "audit_checkpoint",
  {
    epoch: integer("epoch").notNull(),
    size: bigint("size", { mode: "number" }).notNull(),
    note: text("note").notNull(),
    signedAt: instant("signed_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.epoch, t.size] })],
);

/** Keys that sign checkpoints: the seed is sealed under the keepers' keyring. */
export const auditKey = pgTable("audit_key", {
  epoch: integer("epoch").primaryKey(),
  vkey: text("vkey").notNull(),
  sealedSeed: bytea("sealed_seed").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
});

/** Data access within ten seconds, counted; the sequencer turns a closed window into a `data.access` event for each outcome. */
export const accessWindow = pgTable(
  "access_window",
  {
    id: uuid("id").primaryKey(),
    tenantId: uuid("tenant_id").notNull(),
    tokenId: uuid("token_id").notNull(),
    verb: text("verb").notNull(),
    collection: text("collection").notNull(),
    keyVersion: integer("key_version").notNull(),
    keeperId: uuid("keeper_id").notNull(),
    startedAt: instant("started_at").notNull().defaultNow(),
    endedAt: instant("ended_at"),
    count: bigint("count", { mode: "number" }).notNull().default(0),
    failed: bigint("failed", { mode: "number" }).notNull().default(0),
    /** The error codes of those that failed, each with its count. */
    codes: jsonb("codes").$type<CodeCount[]>().notNull().default([]),
    /** Of a tenant that has each request logged by itself: which one this is. */
    req: text("req"),
    /** The one record that such a request was about. */
    recordId: uuid("record_id"),
  },
  (t) => [index("access_window_started").on(t.startedAt)],
);
