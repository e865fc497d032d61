import { sql } from "drizzle-orm";
import { boolean, check, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";
import { person } from "./person.ts";

/** A question to the log with a name: somebody's own, or everybody's who may read all of it. */
export const auditView = pgTable(
  "audit_view",
  {
    id: uuid("id").primaryKey(),
    personId: uuid("person_id")
      .notNull()
      .references(() => person.id),
    name: text("name").notNull(),
    shared: boolean("shared").notNull(),
    query: text("query").notNull(),
    /** As in the address: the empty text is no end. */
    from: text("from_time").notNull(),
    to: text("to_time").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (t) => [
    unique("audit_view_name").on(t.personId, t.name),
    check(
      "audit_view_lengths",
      sql`char_length(${t.name}) BETWEEN 1 AND 60 AND char_length(${t.query}) <= 2000`,
    ),
  ],
);
