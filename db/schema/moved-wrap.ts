import { integer, pgTable, primaryKey, uuid } from "drizzle-orm/pg-core";

/**
 * A DEK that `/rewrap` has moved away from a version and taken off its count: it is taken off no second time. Insert only,
 * until the version is to be destroyed. No foreign key names the version: each row comes out of the version's own in the same
 * statement, and looking it up again would cost half as much as writing it.
 */
export const movedWrap = pgTable(
  "moved_wrap",
  {
    tenantId: uuid("tenant_id").notNull(),
    keyId: uuid("key_id").notNull(),
    /** The version that it was moved away from. */
    number: integer("number").notNull(),
    dekId: uuid("dek_id").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.keyId, t.number, t.dekId] })],
);
