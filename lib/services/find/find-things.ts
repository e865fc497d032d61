import { findById, findByName, findTokenByPublicPart, type IdRow } from "#db/queries/find.ts";
import type { Found } from "#lib/domain/found.ts";
import { isUuid } from "#lib/domain/ids.ts";
import { may, type Role } from "#lib/domain/permissions.ts";
import { z } from "#lib/domain/zod.ts";
import { defineOperatorQuery } from "../define-query.ts";

const SHOWN_MAX = 8;
/** As lists show ids. Those of one millisecond begin alike. */
const SHORT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}$/;
const LEAST = "-0000-0000-000000000000";
const MOST = "-ffff-ffff-ffffffffffff";
/** The public beginning of a token's text. */
const TOKEN_START = /^kf_(live|oper)_([0-9A-Za-z]{8})$/;

export const FindInput = z.object({
  text: z
    .string()
    .trim()
    .min(1)
    .max(120)
    .refine((text) => !text.includes("\0")),
});

const toFound = ({ kind, id, slug, name, eventId }: IdRow): Found => {
  switch (kind) {
    case "tenant":
      return { kind, label: slug, href: `/t/${slug}` };
    case "key":
      return { kind, label: `${slug}/${name}`, href: `/t/${slug}/keys/${name}` };
    case "job":
      return { kind, label: `${slug}/${name}`, href: `/jobs/${id}` };
    case "token":
      return { kind, label: slug, href: `/t/${slug}/tokens` };
    case "operator-token":
      return { kind, label: "Operator tokens", href: "/settings/operator-tokens" };
    case "connection":
      return slug === ""
        ? { kind, label: name ?? "", href: `/settings/connections/${name}` }
        : { kind, label: `${slug}/${name}`, href: `/t/${slug}/connections/${name}` };
    case "operation":
      return { kind, label: [name, slug].join(" "), href: `/audit/${eventId}` };
    default:
      throw new Error(`find-things.ts knows no kind ${kind satisfies never}`);
  }
};

/** Its page lets not everybody in who may see tenants; to them it is not there. */
const mayOpen = (role: Role, { kind, slug }: IdRow): boolean => {
  if (kind === "operator-token") return may(role, "operator-token:read");
  return kind !== "connection" || slug !== "" || may(role, "platform-connection:read");
};

/** Tenants and keys by their names, and whatever has the id that was pasted. */
export const findThings = defineOperatorQuery({
  permission: "platform:read",
  input: FindInput,
  read: async ({ tx, input: { text }, actor }): Promise<Found[]> => {
    const shown = (rows: IdRow[]): Found[] => rows.filter((row) => mayOpen(actor.role, row)).map(toFound);
    // A version's id is its key's, a slash and its number.
    const id = text.toLowerCase().split("/")[0] ?? "";
    if (isUuid(id)) return shown(await findById(tx, { from: id, to: id }, SHOWN_MAX));
    if (SHORT_ID.test(id)) {
      const alike = await findById(tx, { from: `${id}${LEAST}`, to: `${id}${MOST}` }, SHOWN_MAX);
      if (alike.length > 0) return shown(alike);
    }
    const [, kind, prefix] = TOKEN_START.exec(text) ?? [];
    if (prefix)
      return shown(await findTokenByPublicPart(tx, { kind: kind === "oper" ? "oper" : "live", prefix }));
    return (await findByName(tx, text, SHOWN_MAX)).map(({ kind, slug, tenant, key }) => ({
      kind,
      label: key === null ? tenant : `${slug}/${key}`,
      href: key === null ? `/t/${slug}` : `/t/${slug}/keys/${key}`,
    }));
  },
});
