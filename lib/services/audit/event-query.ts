import { ACTIONS, OUTCOMES } from "#lib/domain/audit-catalogue.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { z } from "#lib/domain/zod.ts";
import type { EventFilter } from "#db/queries/audit-filter.ts";
import { findPeopleByEmail } from "#db/queries/audit-people.ts";
import { withOperator } from "#db/tenant-tx.ts";
import type { ServiceContext } from "../context.ts";
import type { LogScope } from "./log-scope.ts";

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

/** The filters of the audit log, as a URL or a form has them. */
export const EventQuery = z.object({
  /** An actor's id; a person's e-mail address stands for theirs. */
  actor: anyOf(text(254)),
  action: anyOf(action),
  outcome: anyOf(z.enum(OUTCOMES, "is ok, denied or error")),
  target: optional(text(500)),
  request: optional(text(120)),
  from: optional(instant),
  to: optional(instant),
});
export type EventQuery = z.output<typeof EventQuery>;

const actionsOf = (patterns: readonly string[]): string[] =>
  patterns.flatMap((pattern) =>
    pattern.endsWith("*")
      ? Object.keys(ACTIONS).filter((name) => name.startsWith(pattern.slice(0, -1)))
      : pattern,
  );

/** E-mail addresses stand in no event; the person behind one is looked up, and one of nobody finds nothing. */
const actorsOf = async (ctx: ServiceContext, actors: readonly string[]): Promise<string[]> => {
  const emails = actors.filter((actor) => actor.includes("@")).map((email) => email.toLowerCase());
  if (emails.length === 0) return [...actors];
  const people = await withOperator(ctx.db, (tx) => findPeopleByEmail(tx, emails));
  return [...actors.filter((actor) => !actor.includes("@")), ...people.map(({ id }) => id)];
};

/** The filter behind a query. */
export const toFilter = async (
  ctx: ServiceContext,
  query: EventQuery,
  scope: LogScope,
): Promise<EventFilter> => {
  if (query.from !== undefined && query.to !== undefined && query.from >= query.to) {
    throw new DomainError("INVALID_INPUT", "Some fields need another look.", {
      fields: { to: ["must be later than from"] },
    });
  }
  return {
    ...query,
    actor: query.actor && (await actorsOf(ctx, query.actor)),
    action: query.action && actionsOf(query.action),
    operatorOnly: scope.operatorOnly,
  };
};
