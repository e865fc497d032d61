import { findById, findByName, findTokenByPublicPart, type IdRow } from "#db/queries/find.ts";
import type { Found } from "#lib/domain/found.ts";
import { isUuid } from "#lib/domain/ids.ts";
import { z } from "#lib/domain/zod.ts";
import { defineOperatorQuery } from "../define-query.ts";

const SHOWN_MAX = 8;
/** The public beginning of a token's text. */
const TOKEN_START = /^kf_live_([0-9A-Za-z]{8})$/;

export const FindInput = z.object({
  text: z
    .string()
    .trim()
    .min(1)
    .max(120)
    .refine((text) => !text.includes("\0")),
});

const toFound = ({ kind, slug, name, eventId }: IdRow, id: string): Found => {
  switch (kind) {
    case "tenant":
      return { kind, label: slug, href: `/t/${slug}` };
    case "key":
      return { kind, label: `${slug}/${name}`, href: `/t/${slug}/keys/${name}` };
    case "job":
      return { kind, label: `${slug}/${name}`, href: `/jobs/${id}` };
    case "token":
      return { kind, label: slug, href: `/t/${slug}/tokens` };
    case "operation":
      return { kind, label: [name, slug].join(" "), href: `/audit/${eventId}` };
    default:
      throw new Error(`find-things.ts knows no kind ${kind satisfies never}`);
  }
};

/** Tenants and keys by their names, and whatever has the id that was pasted. */
export const findThings = defineOperatorQuery({
  permission: "tenant:read",
  input: FindInput,
  read: async ({ tx, input: { text } }): Promise<Found[]> => {
    // A version's id is its key's, a slash and its number.
    const id = text.toLowerCase().split("/")[0] ?? "";
    if (isUuid(id)) return (await findById(tx, id)).map((row) => toFound(row, id));
    const prefix = TOKEN_START.exec(text)?.[1];
    if (prefix) {
      const slug = await findTokenByPublicPart(tx, prefix);
      return slug === null ? [] : [{ kind: "token", label: slug, href: `/t/${slug}/tokens` }];
    }
    return (await findByName(tx, text, SHOWN_MAX)).map(({ kind, slug, tenant, key }) => ({
      kind,
      label: key === null ? tenant : `${slug}/${key}`,
      href: key === null ? `/t/${slug}` : `/t/${slug}/keys/${key}`,
    }));
  },
});
