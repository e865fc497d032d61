import { sql } from "drizzle-orm";
import { check, index, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { ROLES } from "../../lib/domain/permissions.ts";
import { bytea, instant } from "./columns.ts";

const list = (values: readonly string[]) => sql.raw(values.map((value) => `'${value}'`).join(", "));

/** Somebody who signs in. The role is a grant: it counts only with a keeper's MAC. */
export const person = pgTable(
  "person",
  {
    id: uuid("id").primaryKey(),
    email: text("email").notNull().unique(),
    name: text("name").notNull(),
    role: text("role").$type<(typeof ROLES)[number]>().notNull(),
    passwordHash: text("password_hash").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    rev: integer("rev").notNull(),
    mac: bytea("mac").notNull(),
  },
  (t) => [
    check("person_role", sql`${t.role} IN (${list(ROLES)})`),
    check("person_email_lower", sql`${t.email} = lower(${t.email})`),
  ],
);

/** The cookie holds a random session id; the row holds its SHA-256, so that a reader of the table cannot sign in. */
export const consoleSession = pgTable(
  "console_session",
  {
    id: uuid("id").primaryKey(),
    tokenHash: bytea("token_hash").notNull().unique(),
    personId: uuid("person_id")
      .notNull()
      .references(() => person.id),
    createdAt: instant("created_at").notNull().defaultNow(),
    lastSeenAt: instant("last_seen_at").notNull().defaultNow(),
    expiresAt: instant("expires_at").notNull(),
    revokedAt: instant("revoked_at"),
    userAgent: text("user_agent").notNull(),
  },
  (t) => [index("console_session_person").on(t.personId)],
);
