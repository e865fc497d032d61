import { sql } from "drizzle-orm";
import { check, index, integer, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";
import { tenant } from "./tenant.ts";

export const OPERATION_STATES = ["pending", "running", "done", "failed"] as const;

/** An intent on record. A keeper claims it under a lease, performs the effect, and confirms it with its outcome event. */
export const operation = pgTable(
  "operation",
  {
    id: uuid("id").primaryKey(),
    tenantId: uuid("tenant_id").references(() => tenant.id),
    kind: text("kind").notNull(),
    input: jsonb("input").$type<Record<string, unknown>>().notNull(),
    state: text("state").$type<(typeof OPERATION_STATES)[number]>().notNull().default("pending"),
    /** Set by the database from the login: who wrote the intent. */
    source: text("source").notNull(),
    actorType: text("actor_type").notNull(),
    actorId: text("actor_id").notNull(),
    req: text("req").notNull(),
    eventId: uuid("event_id").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    leaseOwner: uuid("lease_owner"),
    leaseUntil: instant("lease_until"),
    attempts: integer("attempts").notNull().default(0),
    outcome: jsonb("outcome").$type<Record<string, unknown>>(),
    errorCode: text("error_code"),
    errorMessage: text("error_message"),
    finishedAt: instant("finished_at"),
  },
  (t) => [
    check("operation_state", sql`${t.state} IN ('pending', 'running', 'done', 'failed')`),
    index("operation_open").on(t.createdAt).where(sql`state IN ('pending', 'running')`),
    index("operation_tenant").on(t.tenantId, t.createdAt),
  ],
);
