import { OUTCOMES } from "#lib/domain/audit-catalogue.ts";
import { parseQuery } from "#lib/domain/audit-query/parse.ts";
import type { AuditQuery, QueryField, QueryTerm } from "#lib/domain/audit-query/query.ts";
import { z } from "#lib/domain/zod.ts";

const VALUES_MAX = 10;

/** One value or several; what a form leaves empty is not asked for. */
const anyOf = <S extends z.ZodType<string>>(value: S) =>
  z
    .preprocess(
      (raw) => [raw].flat().filter((item) => item !== undefined && item !== ""),
      z.array(value).max(VALUES_MAX, `takes at most ${VALUES_MAX} values`),
    )
    .transform((values) => (values.length > 0 ? values : undefined));

const optional = <S extends z.ZodType>(value: S) =>
  z.preprocess((raw) => (raw === "" ? undefined : raw), value.optional());

const instant = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], "must be a date, or a time as in RFC 3339")
  .transform((text) => new Date(text).toISOString());

const action = z
  .string()
  .regex(/^[a-z_]+\.(\*|[a-z_]+)$/, "is an action such as key.rotated, or a group such as key.*");

const text = (charsMax: number) =>
  z
    .string()
    .max(charsMax, `has at most ${charsMax} characters`)
    .refine((value) => !value.includes("\0"), "holds a character that no event has");

/** A query as one writes it; what it does not understand is said in the words of the parser. */
const queryText = z.string().transform((source, context): AuditQuery => {
  const parsed = parseQuery(source);
  if (parsed.ok) return parsed.query;
  context.addIssue({ code: "custom", message: parsed.error });
  return z.NEVER;
});

/** What the log is asked, as a URL or a form has it: a query in its own language, or fields, or both, and a time. */
export const EventQuery = z
  .object({
    query: optional(queryText),
    /** An actor's id; a person's e-mail address stands for theirs. */
    actor: anyOf(text(254)),
    action: anyOf(action),
    outcome: anyOf(z.enum(OUTCOMES, "is ok, denied or error")),
    target: optional(text(500)),
    request: optional(text(120)),
    from: optional(instant),
    to: optional(instant),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    path: ["to"],
    message: "must be later than from",
  });
export type EventQuery = z.output<typeof EventQuery>;

/** The query and the fields as one. */
export const asQuery = (input: EventQuery): AuditQuery => {
  const query = input.query ?? { fields: {}, text: { all: [], none: [] } };
  const fields: { [F in QueryField]?: QueryTerm } = { ...query.fields };
  for (const field of ["actor", "action", "outcome", "target", "request"] as const) {
    const values = [input[field] ?? []].flat();
    if (values.length === 0) continue;
    const { any = [], none = [] } = fields[field] ?? {};
    const added = values.map((value) => ({ text: value, wild: field === "action" && value.endsWith("*") }));
    fields[field] = { any: [...any, ...added], none };
  }
  return { ...query, fields };
};
