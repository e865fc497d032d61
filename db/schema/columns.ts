import { customType, timestamp } from "drizzle-orm/pg-core";

export const bytea = customType<{ data: Uint8Array; driverData: Buffer }>({
  dataType: () => "bytea",
  toDriver: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
});

/** A 64-bit transaction id, as decimal text: it does not wrap and sorts by start of writing. */
export const xid8 = customType<{ data: string }>({ dataType: () => "xid8" });

export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: "date" });
