import { integer, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { bytea, instant } from "./columns.ts";
import { tenant } from "./tenant.ts";

/** A service token of the data plane: a grant, so it counts only with a keeper's MAC. The secret is never stored. */
export const serviceToken = pgTable(
  "service_token",
  {
    tenantId: uuid("tenant_id")
      .notNull()
      .references(() => tenant.id),
    id: uuid("id").notNull(),
    /** The eight public characters of the token by which it is found. */
    prefix: text("prefix").notNull().unique(),
    hash: bytea("hash").notNull(),
    scopes: text("scopes").array().notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    expiresAt: instant("expires_at").notNull(),
    revokedAt: instant("revoked_at"),
    lastUsedAt: instant("last_used_at"),
    rev: integer("rev").notNull(),
    mac: bytea("mac").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

/** A token of the operator's own, for what spans tenants. Apart from the tenants': no policy has to tell them from each other. */
export const operatorToken = pgTable("operator_token", {
  id: uuid("id").primaryKey(),
  prefix: text("prefix").notNull().unique(),
  hash: bytea("hash").notNull(),
  scopes: text("scopes").array().notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
  expiresAt: instant("expires_at").notNull(),
  revokedAt: instant("revoked_at"),
  lastUsedAt: instant("last_used_at"),
  rev: integer("rev").notNull(),
  mac: bytea("mac").notNull(),
});
