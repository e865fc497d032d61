import { sql } from "drizzle-orm";
import { check, foreignKey, integer, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { bytea, instant } from "./columns.ts";
import { key } from "./key.ts";

/** A record of the builtin store: where its values live. The application's ids are bound into each ciphertext. */
export const record = pgTable(
  "record",
  {
    tenantId: uuid("tenant_id").notNull(),
    id: uuid("id").notNull(),
    keyId: uuid("key_id").notNull(),
    collection: text("collection").notNull(),
    record: text("record").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique("record_name").on(t.tenantId, t.collection, t.record),
    foreignKey({ columns: [t.tenantId, t.keyId], foreignColumns: [key.tenantId, key.id] }),
    check("record_collection", sql`octet_length(${t.collection}) BETWEEN 1 AND 200`),
    check("record_record", sql`octet_length(${t.record}) BETWEEN 1 AND 200`),
  ],
);

/** One field's payload envelope (KFE1). */
export const recordField = pgTable(
  "record_field",
  {
    tenantId: uuid("tenant_id").notNull(),
    recordId: uuid("record_id").notNull(),
    name: text("name").notNull(),
    ciphertext: bytea("ciphertext").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.recordId, t.name] }),
    foreignKey({ columns: [t.tenantId, t.recordId], foreignColumns: [record.tenantId, record.id] }).onDelete(
      "cascade",
    ),
  ],
);

/**
 * The wrapped DEK (KFW1) of a record, narrow and apart from ciphertext so that a rewrap touches nothing else.
 * No index holds the key version and no foreign key names it: both would cost every rewrapped row its HOT update.
 */
export const dek = pgTable(
  "dek",
  {
    tenantId: uuid("tenant_id").notNull(),
    keyId: uuid("key_id").notNull(),
    recordId: uuid("record_id").notNull(),
    keyVersion: integer("key_version").notNull(),
    wrappedDek: bytea("wrapped_dek").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.keyId, t.recordId] }),
    check("dek_wrapped_length", sql`octet_length(${t.wrappedDek}) = 101`),
  ],
);
