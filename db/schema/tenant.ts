import { sql } from "drizzle-orm";
import { check, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

/** A customer of the SaaS. The slug is a label and is never reused; the id is bound into every ciphertext. */
export const tenant = pgTable(
  "tenant",
  {
    id: uuid("id").primaryKey(),
    slug: text("slug").notNull().unique(),
    name: text("name").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (t) => [
    check("tenant_slug", sql`${t.slug} ~ '^[a-z0-9][a-z0-9_-]{1,62}$'`),
    check("tenant_name", sql`length(${t.name}) BETWEEN 1 AND 200`),
  ],
);
