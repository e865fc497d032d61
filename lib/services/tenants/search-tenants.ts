import { searchTenantRows, type TenantLine } from "#db/queries/tenant-search.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { isUuid } from "#lib/domain/ids.ts";
import { KEY_STATES } from "#lib/domain/key-state.ts";
import { z } from "#lib/domain/zod.ts";
import { defineOperatorQuery } from "../define-query.ts";

const LIMIT_MAX = 100;

export const TENANT_ORDERS = ["name", "-name", "created", "-created", "activity", "-activity"] as const;
export type TenantOrder = (typeof TENANT_ORDERS)[number];

const encodeCursor = (order: TenantOrder, { place, id }: TenantLine): string =>
  Buffer.from(JSON.stringify([order, place, id])).toString("base64url");

const Cursor = z.tuple([z.enum(TENANT_ORDERS), z.string().max(300), z.string().refine(isUuid)]);

/** A cursor counts for the order that it was made for, and for no other. */
const decodeCursor = (order: TenantOrder, cursor: string): { value: string; id: string } => {
  try {
    const [made, value, id] = Cursor.parse(JSON.parse(Buffer.from(cursor, "base64url").toString()));
    if (made === order) return { value, id };
  } catch {
    // Said below, as for one of another order.
  }
  throw new DomainError("INVALID_INPUT", "The cursor is not one of this list.");
};

const optional = <S extends z.ZodType>(value: S) =>
  z.preprocess((raw) => (raw === "" ? undefined : raw), value.optional());

/** Tenants, filtered and ordered, a page at a time. `next` is the cursor of the page after this one. */
export const searchTenants = defineOperatorQuery({
  permission: "platform:read",
  input: z.object({
    text: optional(
      z
        .string()
        .trim()
        .max(200, "has at most 200 characters")
        .refine((text) => !text.includes("\0"), "holds a character that no name has"),
    ),
    state: optional(z.enum(KEY_STATES)),
    order: z.enum(TENANT_ORDERS).default("name"),
    cursor: z.string().max(1_000).optional(),
    limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(25),
  }),
  read: async ({ tx, input: { text, state, order, cursor, limit } }) => {
    const rows = await searchTenantRows(tx, {
      text: text || undefined,
      state,
      sort: order.replace("-", "") as "name" | "created" | "activity",
      descending: order.startsWith("-"),
      after: cursor === undefined ? null : decodeCursor(order, cursor),
      // One more than is shown says whether there is a next page.
      limit: limit + 1,
    });
    const tenants = rows.slice(0, limit);
    const last = tenants.at(-1);
    return { tenants, next: rows.length > limit && last ? encodeCursor(order, last) : null };
  },
});
