import { sql } from "drizzle-orm";
import { boolean, check, jsonb, pgTable, uuid } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

/** One row: the deployment's id names its database roles and its logs. */
export const deployment = pgTable(
  "deployment",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    singleton: boolean("singleton").notNull().unique().default(true),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (t) => [check("deployment_singleton", sql`${t.singleton}`)],
);

/** What each keeper says of itself, at most 15 s old while it lives. */
export const keeperHeartbeat = pgTable("keeper_heartbeat", {
  keeperId: uuid("keeper_id").primaryKey(),
  startedAt: instant("started_at").notNull(),
  at: instant("at").notNull(),
  body: jsonb("body").notNull(),
});
