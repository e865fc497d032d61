import { sql } from "drizzle-orm";
import {
  boolean,
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
import type { ConnectionCustody, ConnectionProvider } from "../../lib/domain/connection.ts";
import { CONNECTION_CUSTODIES, CONNECTION_PROVIDERS } from "../../lib/domain/connection.ts";
import type { CmkHealth } from "../../lib/domain/key-state.ts";
import { CMK_HEALTHS } from "../../lib/domain/key-state.ts";
import type { PreflightStep, PreflightWarning, ProviderVersion } from "../../lib/domain/preflight.ts";
import { bytea, instant } from "./columns.ts";
import { deployment } from "./deployment.ts";
import { tenant } from "./tenant.ts";

const list = (values: readonly string[]) => sql.raw(values.map((value) => `'${value}'`).join(", "));

/** The way to one CMK at a provider, a tenant's or the platform's: a grant, so it counts only with a keeper's MAC. */
export const kmsConnection = pgTable(
  "kms_connection",
  {
    /** Whose it is: a tenant, or the deployment where it is the platform's. */
    tenantId: uuid("tenant_id").notNull(),
    id: uuid("id").notNull(),
    name: text("name").notNull(),
    provider: text("provider").$type<ConnectionProvider>().notNull(),
    custody: text("custody").$type<ConnectionCustody>().notNull(),
    config: jsonb("config").$type<Record<string, string>>().notNull(),
    /** Made by a keeper at random, for the customer's trust policy; null where the provider has no use for one. */
    externalId: text("external_id"),
    /** The CMK in one spelling, whoever asks (`cmkKeyId`). */
    providerKeyId: text("provider_key_id").notNull(),
    /** Sealed under `k_seal`; null where none is needed or none was given yet. */
    secret: bytea("secret"),
    secretRevision: integer("secret_revision").notNull().default(0),
    createdAt: instant("created_at").notNull().defaultNow(),
    removedAt: instant("removed_at"),
    rev: integer("rev").notNull(),
    mac: bytea("mac").notNull(),
    ofTenant: uuid("of_tenant")
      .references(() => tenant.id)
      .generatedAlwaysAs(sql`CASE WHEN custody = 'platform' THEN NULL ELSE tenant_id END`),
    ofDeployment: uuid("of_deployment")
      .references(() => deployment.id)
      .generatedAlwaysAs(sql`CASE WHEN custody = 'platform' THEN tenant_id END`),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    uniqueIndex("kms_connection_name").on(t.tenantId, t.name).where(sql`removed_at IS NULL`),
    uniqueIndex("kms_connection_one_per_key").on(t.providerKeyId).where(sql`removed_at IS NULL`),
    check("kms_connection_provider", sql`${t.provider} IN (${list(CONNECTION_PROVIDERS)})`),
    check("kms_connection_custody", sql`${t.custody} IN (${list(CONNECTION_CUSTODIES)})`),
    check("kms_connection_name_form", sql`${t.name} ~ '^[a-z0-9][a-z0-9_-]{1,62}$'`),
    check("kms_connection_removed", sql`${t.removedAt} IS NULL OR ${t.secret} IS NULL`),
  ],
);

const ofConnection = {
  tenantId: uuid("tenant_id").notNull(),
  connectionId: uuid("connection_id").notNull(),
};

/** One test of a connection, written by the keeper step by step and kept. */
export const kmsPreflight = pgTable(
  "kms_preflight",
  {
    ...ofConnection,
    id: uuid("id").notNull(),
    startedAt: instant("started_at").notNull().defaultNow(),
    finishedAt: instant("finished_at"),
    passed: boolean("passed"),
    steps: jsonb("steps").$type<PreflightStep[]>().notNull(),
    warnings: jsonb("warnings").$type<PreflightWarning[]>().notNull(),
    p50Ms: doublePrecision("p50_ms"),
    p95Ms: doublePrecision("p95_ms"),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    foreignKey({
      columns: [t.tenantId, t.connectionId],
      foreignColumns: [kmsConnection.tenantId, kmsConnection.id],
    }),
    index("kms_preflight_by_time").on(t.tenantId, t.connectionId, t.startedAt),
  ],
);

/** What the last probe of a connection found. The canary is a wrapped key that protects nothing. */
export const kmsProbe = pgTable(
  "kms_probe",
  {
    ...ofConnection,
    health: text("health").$type<CmkHealth>().notNull(),
    /** Since when it is so. */
    since: instant("since").notNull(),
    at: instant("at").notNull(),
    code: text("code"),
    message: text("message"),
    deletionAt: instant("deletion_at"),
    latencyMs: doublePrecision("latency_ms"),
    algorithm: text("algorithm"),
    protection: text("protection"),
    versions: jsonb("versions").$type<ProviderVersion[]>().notNull(),
    /** When a keeper last said that it asks nothing for a while, because nothing had answered. */
    pausedAt: instant("paused_at"),
    canary: bytea("canary").notNull(),
    canaryVersion: text("canary_version").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.connectionId] }),
    foreignKey({
      columns: [t.tenantId, t.connectionId],
      foreignColumns: [kmsConnection.tenantId, kmsConnection.id],
    }),
    check("kms_probe_health", sql`${t.health} IN (${list(CMK_HEALTHS)})`),
    index("kms_probe_due").on(t.at),
  ],
);

/** Calls that keepers made for a connection in an hour. */
export const kmsCallHour = pgTable(
  "kms_call_hour",
  {
    ...ofConnection,
    hour: instant("hour").notNull(),
    calls: integer("calls").notNull(),
    failures: integer("failures").notNull(),
    requests: integer("requests").notNull().default(0),
    /** Requests of one keeper in one second, at most. */
    busiestSecond: integer("busiest_second").notNull().default(0),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.connectionId, t.hour] }),
    foreignKey({
      columns: [t.tenantId, t.connectionId],
      foreignColumns: [kmsConnection.tenantId, kmsConnection.id],
    }),
  ],
);

/** Whom secrets are sealed to in the browser (`docs/formats.md`, Sealed secrets). The private half is sealed under `k_seal`. */
export const sealingKey = pgTable("sealing_key", {
  id: text("id").primaryKey(),
  publicKey: bytea("public_key").notNull(),
  privateKey: bytea("private_key").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
});
