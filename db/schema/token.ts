import { sql } from "drizzle-orm";
import { check, integer, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { TOKEN_RATE_MAX } from "../../lib/domain/token.ts";
import { bytea, instant } from "./columns.ts";
import { tenant } from "./tenant.ts";

const rateMax = sql.raw(String(TOKEN_RATE_MAX));

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
    /** Requests a second; null is without a limit. */
    rateLimit: integer("rate_limit"),
    createdAt: instant("created_at").notNull().defaultNow(),
    expiresAt: instant("expires_at").notNull(),
    revokedAt: instant("revoked_at"),
    lastUsedAt: instant("last_used_at"),
    rev: integer("rev").notNull(),
    mac: bytea("mac").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    check("service_token_rate_limit", sql`${t.rateLimit} BETWEEN 1 AND ${rateMax}`),
  ],
);

/** A token of the operator's own, for what spans tenants. Apart from the tenants': no policy has to tell them from each other. */
export const operatorToken = pgTable(
  "operator_token",
  {
    id: uuid("id").primaryKey(),
    prefix: text("prefix").notNull().unique(),
    hash: bytea("hash").notNull(),
    scopes: text("scopes").array().notNull(),
    rateLimit: integer("rate_limit"),
    createdAt: instant("created_at").notNull().defaultNow(),
    expiresAt: instant("expires_at").notNull(),
    revokedAt: instant("revoked_at"),
    lastUsedAt: instant("last_used_at"),
    rev: integer("rev").notNull(),
    mac: bytea("mac").notNull(),
  },
  (t) => [check("operator_token_rate_limit", sql`${t.rateLimit} BETWEEN 1 AND ${rateMax}`)],
);
