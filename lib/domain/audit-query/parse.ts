import type { AuditQuery, QueryField, QueryTerm, QueryValue } from "./query.ts";
import {
  isPrefix,
  isQueryField,
  QUERY_CHARS_MAX,
  QUERY_FIELDS,
  TEXT_CHARS_MIN,
  VALUE_CHARS_MAX,
  VALUES_MAX,
} from "./query.ts";
import type { ScannedTerm } from "./scan.ts";
import { QuerySyntaxError, scanTerms } from "./scan.ts";

export type ParsedQuery = { ok: true; query: AuditQuery } | { ok: false; error: string };

/** Of these there are few, and a pattern is held against all of them; the others are looked up by how they begin. */
const LISTED: readonly QueryField[] = ["action", "outcome"];
const SHOWN_CHARS = 40;

const shown = (text: string): string => (text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text);

const unknownField = (name: string): string =>
  `“${shown(name)}” is not a field of the log. The fields are ${QUERY_FIELDS.slice(0, -1).join(", ")} and ${QUERY_FIELDS.at(-1)}. Put text with a colon in quotation marks.`;

const checkValue = (value: QueryValue, field: QueryField | null): void => {
  if (value.text.length > VALUE_CHARS_MAX)
    throw new QuerySyntaxError(
      `“${shown(value.text)}” is too long: a value has at most ${VALUE_CHARS_MAX} characters.`,
    );
  if (value.text.includes("\0") || !value.text.isWellFormed())
    throw new QuerySyntaxError("The query holds a character that no event has.");
  if (field === null && [...value.text].length < TEXT_CHARS_MIN)
    throw new QuerySyntaxError(
      `“${value.text}” is too short: a word of free text has at least ${TEXT_CHARS_MIN} characters.`,
    );
  if (field !== null && value.wild && !LISTED.includes(field) && !isPrefix(value))
    throw new QuerySyntaxError(
      `In ${field}: a * stands at the end of a value. For a * itself use quotation marks.`,
    );
};

const unique = <T>(values: readonly T[], keyOf: (value: T) => string): T[] => [
  ...new Map(values.map((value) => [keyOf(value), value])).values(),
];
const valueKey = ({ text, wild }: QueryValue): string => `${wild} ${text}`;

const collect = (terms: readonly ScannedTerm[]): AuditQuery => {
  const fields: { [F in QueryField]?: QueryTerm } = {};
  const text = { all: [] as string[], none: [] as string[] };
  for (const { negated, field, values } of terms) {
    if (field === null) {
      for (const value of values) checkValue(value, null);
      text[negated ? "none" : "all"].push(...values.map((value) => value.text));
      continue;
    }
    const name = field.toLowerCase();
    if (!isQueryField(name)) throw new QuerySyntaxError(unknownField(field));
    for (const value of values) checkValue(value, name);
    const before = fields[name] ?? { any: [], none: [] };
    const side = negated ? "none" : "any";
    fields[name] = { ...before, [side]: unique([...before[side], ...values], valueKey) };
  }
  return {
    fields,
    text: { all: unique(text.all, (word) => word), none: unique(text.none, (word) => word) },
  };
};

/**
 * Reads a query: `actor:a,b action:key.* -outcome:ok target:"x y" free text`. Values of one field are alternatives,
 * wherever they stand; everything else holds together. What it does not understand is an error, never ignored.
 */
export const parseQuery = (source: string): ParsedQuery => {
  if (source.length > QUERY_CHARS_MAX) {
    return {
      ok: false,
      error: `The query has ${source.length.toLocaleString("en-US")} characters. It takes at most ${QUERY_CHARS_MAX.toLocaleString("en-US")}.`,
    };
  }
  try {
    const terms = scanTerms(source);
    const values = terms.reduce((sum, term) => sum + term.values.length, 0);
    if (values > VALUES_MAX)
      return { ok: false, error: `The query names ${values} values. It takes at most ${VALUES_MAX}.` };
    return { ok: true, query: collect(terms) };
  } catch (error) {
    if (error instanceof QuerySyntaxError) return { ok: false, error: error.message };
    throw error;
  }
};
