import { ACTIONS, OUTCOMES } from "#lib/domain/audit-catalogue.ts";
import { matchesGlob } from "#lib/domain/audit-query/glob.ts";
import type { QueryTerm, QueryValue } from "#lib/domain/audit-query/query.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { Condition, EventFilter } from "#db/queries/audit-filter.ts";
import { findPeopleByEmail } from "#db/queries/audit-people.ts";
import { escapeLike } from "#db/queries/audit-source.ts";
import { findTenantsLike } from "#db/queries/audit-tenants.ts";
import { withOperator } from "#db/tenant-tx.ts";
import type { ServiceContext } from "../context.ts";
import type { EventQuery } from "./event-query.ts";
import { asQuery } from "./event-query.ts";
import type { LogScope } from "./log-scope.ts";
import { GLOBAL } from "./log-scope.ts";

const refuse = (sentence: string): DomainError =>
  new DomainError("INVALID_INPUT", sentence, { fields: { query: [sentence] } });

const texts = (values: readonly QueryValue[]): string[] => [...new Set(values.map(({ text }) => text))];

/** Values that are listed somewhere, so that a pattern is the list of what it matches. */
const listed = (term: QueryTerm | undefined, all: readonly string[]): Condition | undefined => {
  if (!term) return undefined;
  const named = (values: readonly QueryValue[]) => [
    ...new Set(
      values.flatMap(({ text, wild }) => (wild ? all.filter((name) => matchesGlob(text, name)) : [text])),
    ),
  ];
  return {
    any: term.any.length > 0 ? named(term.any) : undefined,
    not: term.none.length > 0 ? named(term.none) : undefined,
  };
};

const likeOf = ({ text, wild }: QueryValue): string =>
  wild ? `${escapeLike(text.slice(0, -1))}%` : escapeLike(text);

/** Values that are looked up by themselves, or by how they begin. */
const lookedUp = (term: QueryTerm | undefined): Condition | undefined => {
  if (!term) return undefined;
  const { any, none } = term;
  const wild = (values: readonly QueryValue[]) => values.some((value) => value.wild);
  return {
    ...(any.length > 0 && (wild(any) ? { like: any.map(likeOf) } : { any: texts(any) })),
    ...(none.length > 0 && (wild(none) ? { not_like: none.map(likeOf) } : { not: texts(none) })),
  };
};

const outcomes = (term: QueryTerm): Condition => {
  const wrong = [...term.any, ...term.none].find(
    ({ text, wild }) => !wild && !(OUTCOMES as readonly string[]).includes(text),
  );
  if (wrong) throw refuse(`outcome: is ok, denied or error, and never “${wrong.text.slice(0, 40)}”.`);
  const { any, not } = listed(term, OUTCOMES) ?? {};
  // There are but three: whatever is left when what went well is excluded is looked up by its name.
  return not?.includes("ok") && !any
    ? { any: OUTCOMES.filter((outcome) => !not.includes(outcome)) }
    : { any, not };
};

/** E-mail addresses stand in no event; the person behind one is looked up, and one of nobody finds nothing. */
const actors = async (ctx: ServiceContext, term: QueryTerm | undefined): Promise<Condition | undefined> => {
  const isEmail = ({ text, wild }: QueryValue) => !wild && text.includes("@");
  const emails = [...(term?.any ?? []), ...(term?.none ?? [])].filter(isEmail);
  if (!term || emails.length === 0) return lookedUp(term);
  const people = await withOperator(ctx.db, (tx) =>
    findPeopleByEmail(
      tx,
      texts(emails).map((email) => email.toLowerCase()),
    ),
  );
  const ids = new Map(people.map(({ id, email }) => [email, id]));
  const known = (values: readonly QueryValue[]) =>
    values.flatMap((value) => {
      const id = isEmail(value) ? ids.get(value.text.toLowerCase()) : value.text;
      return id === undefined ? [] : [{ ...value, text: id }];
    });
  const condition = lookedUp({ any: known(term.any), none: known(term.none) });
  return term.any.length > 0 && known(term.any).length === 0 ? { ...condition, any: [] } : condition;
};

/** Slugs as ids; the operator's own log as the empty text. A name of nobody is said. */
const tenants = async (
  ctx: ServiceContext,
  scope: LogScope,
  term: QueryTerm | undefined,
): Promise<Condition | undefined> => {
  const operator = { id: "", slug: GLOBAL };
  if (!term) return scope.operatorOnly ? { any: [operator.id] } : undefined;
  const all = [...term.any, ...term.none];
  // Within one log no other is looked up: whether there is one is not said here.
  const within = scope.tenant ? [scope.tenant] : scope.operatorOnly ? [] : null;
  const known =
    within ??
    (await withOperator(ctx.db, (tx) =>
      findTenantsLike(
        tx,
        all.map((value) => likeOf(value)),
      ),
    ));
  const rows = [...known, operator];
  const idsOf = (values: readonly QueryValue[]) =>
    values.flatMap(({ text, wild }) => {
      const found = rows.filter(({ slug }) => (wild ? matchesGlob(text, slug) : slug === text));
      if (found.length === 0 && !wild && !within) throw refuse(`There is no tenant “${text.slice(0, 80)}”.`);
      return found.map(({ id }) => id as string);
    });
  const asked = term.any.length > 0 ? [...new Set(idsOf(term.any))] : undefined;
  return {
    any: asked ?? (scope.operatorOnly ? [operator.id] : undefined),
    not: term.none.length > 0 ? [...new Set(idsOf(term.none))] : undefined,
  };
};

const isEmpty = (condition: Condition | undefined): boolean => condition?.any?.length === 0;

/** The filter behind what was asked. */
export const toFilter = async (
  ctx: ServiceContext,
  input: EventQuery,
  scope: LogScope,
): Promise<EventFilter> => {
  const { fields, text } = asQuery(input);
  const [tenant, actor] = await Promise.all([tenants(ctx, scope, fields.tenant), actors(ctx, fields.actor)]);
  const filter = {
    tenant,
    actor,
    action: listed(fields.action, Object.keys(ACTIONS)),
    outcome: fields.outcome && outcomes(fields.outcome),
    target: lookedUp(fields.target),
    request: lookedUp(fields.request),
  };
  const asked = Object.fromEntries(Object.entries(filter).filter(([, condition]) => condition));
  return {
    ...asked,
    ...((text.all.length > 0 || text.none.length > 0) && { text }),
    // No event carries an address (docs/decisions): none comes from one, and every one from elsewhere.
    ...((Object.values(filter).some(isEmpty) || (fields.ip?.any.length ?? 0) > 0) && { nothing: true }),
    ...(input.from !== undefined && { from: input.from }),
    ...(input.to !== undefined && { to: input.to }),
  };
};
