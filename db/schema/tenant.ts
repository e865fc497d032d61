import { sql } from "drizzle-orm";
import { boolean, check, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

/** A customer of the SaaS. The slug is a label and is never reused; the id is bound into every ciphertext. */
export const tenant = pgTable(
  "tenant",
  {
    id: uuid("id").primaryKey(),
    slug: text("slug").notNull().unique(),
    name: text("name").notNull(),
    /** How reads and writes of its records are logged: in windows, or each request. */
    accessLog: text("access_log").notNull().default("windows"),
    /** Whether a compromised version still unwraps for reads. It always does for a re-encrypt. */
    compromisedReads: boolean("compromised_reads").notNull().default(true),
    /** Made for show and marked so when it was made: the only tenants that can be removed. */
    sample: boolean("sample").notNull().default(false),
    /** Its data is gone; the row keeps the slug and what the log is about. */
    removedAt: instant("removed_at"),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (t) => [
    check("tenant_slug", sql`${t.slug} ~ '^[a-z0-9][a-z0-9_-]{1,62}$'`),
    check("tenant_access_log", sql`${t.accessLog} IN ('windows', 'requests')`),
    check("tenant_removed", sql`${t.removedAt} IS NULL OR ${t.sample}`),
    check("tenant_name", sql`length(${t.name}) BETWEEN 1 AND 200`),
  ],
);
