import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import type { CmkHealth, Custody, KeyState, KeyStatus } from "../../lib/domain/key-state.ts";
import { CMK_HEALTHS, CUSTODIES, KEY_STATES, KEY_STATUSES } from "../../lib/domain/key-state.ts";
import { bytea, instant } from "./columns.ts";
import { kmsConnection } from "./connection.ts";
import { tenant } from "./tenant.ts";

const list = (values: readonly string[]) => sql.raw(values.map((value) => `'${value}'`).join(", "));

/** A key-encryption key in a KMS. Without a tenant it is the platform's. */
export const cmk = pgTable(
  "cmk",
  {
    id: uuid("id").primaryKey(),
    tenantId: uuid("tenant_id").references(() => tenant.id),
    provider: text("provider").notNull(),
    providerKeyId: text("provider_key_id").notNull(),
    custody: text("custody").$type<Custody>().notNull(),
    number: integer("number").notNull(),
    providerVersion: text("provider_version").notNull(),
    health: text("health").$type<CmkHealth>().notNull(),
    /** The way to it; null for the one that the operator's settings name. */
    connectionId: uuid("connection_id"),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (t) => [
    check("cmk_custody", sql`${t.custody} IN (${list(CUSTODIES)})`),
    check("cmk_health", sql`${t.health} IN (${list(CMK_HEALTHS)})`),
    check("cmk_platform_has_no_tenant", sql`(${t.custody} = 'platform') = (${t.tenantId} IS NULL)`),
    uniqueIndex("cmk_one_platform").on(t.custody).where(sql`custody = 'platform' AND connection_id IS NULL`),
    uniqueIndex("cmk_connection").on(t.tenantId, t.connectionId),
    foreignKey({
      columns: [t.tenantId, t.connectionId],
      foreignColumns: [kmsConnection.tenantId, kmsConnection.id],
    }),
  ],
);

/** The keepers' keyring: `DK` per generation, wrapped by the platform CMK (`docs/formats.md`, Keeper keyring). */
export const keyring = pgTable("keyring", {
  generation: integer("generation").primaryKey(),
  id: uuid("id").notNull().unique(),
  cmkId: uuid("cmk_id")
    .notNull()
    .references(() => cmk.id),
  cmkVersion: text("cmk_version").notNull(),
  wrapped: bytea("wrapped").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
});

export const key = pgTable(
  "key",
  {
    tenantId: uuid("tenant_id")
      .notNull()
      .references(() => tenant.id),
    id: uuid("id").notNull(),
    name: text("name").notNull(),
    status: text("status").$type<KeyStatus>().notNull(),
    custody: text("custody").$type<Custody>().notNull(),
    provider: text("provider").notNull(),
    /** Raised by every change of its status: what a person saw of it is named by this. */
    rev: integer("rev").notNull().default(1),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique("key_name").on(t.tenantId, t.name),
    check("key_name_form", sql`${t.name} ~ '^[a-z0-9][a-z0-9_-]{1,62}$'`),
    check("key_status", sql`${t.status} IN (${list(KEY_STATUSES)})`),
    check("key_custody", sql`${t.custody} IN (${list(CUSTODIES)})`),
  ],
);

/** A generation of a key. `blob` is the wrapped KEK; `mac` and `rev` are written and checked by keepers only. */
export const keyVersion = pgTable(
  "key_version",
  {
    tenantId: uuid("tenant_id").notNull(),
    keyId: uuid("key_id").notNull(),
    number: integer("number").notNull(),
    state: text("state").$type<KeyState>().notNull(),
    current: boolean("current").notNull(),
    cmkId: uuid("cmk_id")
      .notNull()
      .references(() => cmk.id),
    cmkVersion: text("cmk_version").notNull(),
    blob: bytea("blob").notNull(),
    rev: integer("rev").notNull(),
    mac: bytea("mac").notNull(),
    /** Wraps that keepers have reserved, in blocks of 2^16; at most 2^31 (`docs/formats.md`, Wrapped DEK). */
    wrapsReserved: bigint("wraps_reserved", { mode: "number" }).notNull().default(0),
    /** Wraps that left Keyfold under this version and have neither come back through `/rewrap` nor been attested away. */
    issued: bigint("issued", { mode: "number" }).notNull().default(0),
    /** Since when nothing tells which wraps are counted: it was attested that none is left, or it is being retired. */
    settledAt: instant("settled_at"),
    /** From when on no DEK is known to stand under it, and none can come: backups of before still hold some. */
    emptySince: instant("empty_since"),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.keyId, t.number] }),
    foreignKey({ columns: [t.tenantId, t.keyId], foreignColumns: [key.tenantId, key.id] }),
    uniqueIndex("key_version_one_current").on(t.tenantId, t.keyId).where(sql`current`),
    index("key_version_cmk").on(t.cmkId),
    check("key_version_number", sql`${t.number} >= 1`),
    check("key_version_state", sql`${t.state} IN (${list(KEY_STATES)})`),
    check("key_version_wraps", sql`${t.wrapsReserved} BETWEEN 0 AND 2147483648`),
  ],
);

/** Every change of state with its instant and actor (SP 800-57 part 1, section 7). Insert only. */
export const keyVersionTransition = pgTable(
  "key_version_transition",
  {
    tenantId: uuid("tenant_id").notNull(),
    keyId: uuid("key_id").notNull(),
    number: integer("number").notNull(),
    rev: integer("rev").notNull(),
    fromState: text("from_state").$type<KeyState>(),
    toState: text("to_state").$type<KeyState>().notNull(),
    at: instant("at").notNull().defaultNow(),
    actorType: text("actor_type").notNull(),
    actorId: text("actor_id").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.keyId, t.number, t.rev] }),
    foreignKey({
      columns: [t.tenantId, t.keyId, t.number],
      foreignColumns: [keyVersion.tenantId, keyVersion.keyId, keyVersion.number],
    }),
  ],
);

/** Each statement that no wrap is left outside under a version, with the count that it wrote off. Insert only. */
export const keyVersionAttestation = pgTable(
  "key_version_attestation",
  {
    tenantId: uuid("tenant_id").notNull(),
    keyId: uuid("key_id").notNull(),
    number: integer("number").notNull(),
    at: instant("at").notNull().defaultNow(),
    wraps: bigint("wraps", { mode: "number" }).notNull(),
    actorType: text("actor_type").notNull(),
    actorId: text("actor_id").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.keyId, t.number, t.at] }),
    foreignKey({
      name: "key_version_attestation_version",
      columns: [t.tenantId, t.keyId, t.number],
      foreignColumns: [keyVersion.tenantId, keyVersion.keyId, keyVersion.number],
    }),
    check("key_version_attestation_wraps", sql`${t.wraps} >= 1`),
  ],
);

/** The transitions that the database lets through; a test holds it equal to `KEY_TRANSITIONS`. */
export const keyStateTransition = pgTable(
  "key_state_transition",
  {
    fromState: text("from_state").notNull(),
    toState: text("to_state").notNull(),
  },
  (t) => [primaryKey({ columns: [t.fromState, t.toState] })],
);
