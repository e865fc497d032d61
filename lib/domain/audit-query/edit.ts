import type { AuditQuery, QueryField, QueryTerm, QueryValue } from "./query.ts";
import { EMPTY_QUERY } from "./query.ts";
import { printQuery } from "./print.ts";

const exact = (text: string): QueryValue => ({ text, wild: false });
const isValue = (text: string) => (value: QueryValue) => !value.wild && value.text === text;

/** Is a value asked for by name, excluded by name, or neither? */
export const sideOf = (query: AuditQuery, field: QueryField, text: string): "any" | "none" | null => {
  const { any = [], none = [] } = query.fields[field] ?? {};
  if (any.some(isValue(text))) return "any";
  return none.some(isValue(text)) ? "none" : null;
};

/** Adds a value to what is asked for or excluded; if it stands there already, takes it out. From the other side it moves over. */
export const toggleValue = (
  query: AuditQuery,
  field: QueryField,
  text: string,
  side: "any" | "none" = "any",
): AuditQuery => {
  const term: QueryTerm = query.fields[field] ?? { any: [], none: [] };
  const without = {
    any: term.any.filter((value) => !isValue(text)(value)),
    none: term.none.filter((value) => !isValue(text)(value)),
  };
  const next =
    sideOf(query, field, text) === side ? without : { ...without, [side]: [...without[side], exact(text)] };
  const { [field]: _, ...others } = query.fields;
  const fields = next.any.length + next.none.length > 0 ? { ...others, [field]: next } : others;
  return { ...query, fields };
};

/** The query that asks for these values, one of each field. */
export const queryOf = (values: { readonly [F in QueryField]?: string }): AuditQuery =>
  Object.entries(values).reduce(
    (query, [field, text]) => toggleValue(query, field as QueryField, text),
    EMPTY_QUERY,
  );

/** The address of the log, filtered by these values and this time. */
export const auditHref = (
  values: { readonly [F in QueryField]?: string },
  range: { from?: string; to?: string } = {},
): string => `/audit?${new URLSearchParams({ q: printQuery(queryOf(values)), ...range })}`;
