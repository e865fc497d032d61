/** What one can ask of the log by name. */
export const QUERY_FIELDS = ["actor", "action", "tenant", "outcome", "target", "ip", "request"] as const;
export type QueryField = (typeof QUERY_FIELDS)[number];

/** Said of `ip:`, which the language has and no event does (docs/decisions/0043-views-and-addresses.md). */
export const NO_ADDRESSES = "No event holds a network address, so none fits ip:.";

/** A value that is looked for; in a wild one each `*` stands for any text. */
export type QueryValue = { text: string; wild: boolean };

/** Of the values of a field any will do; of those that are excluded none may. */
export type QueryTerm = { any: readonly QueryValue[]; none: readonly QueryValue[] };

/** A question to the log: every field's term holds, every text is found, and none of those that are excluded. */
export type AuditQuery = {
  fields: { readonly [F in QueryField]?: QueryTerm };
  text: { all: readonly string[]; none: readonly string[] };
};

export const EMPTY_QUERY: AuditQuery = { fields: {}, text: { all: [], none: [] } };

export const QUERY_CHARS_MAX = 2_000;
export const VALUE_CHARS_MAX = 300;
export const VALUES_MAX = 50;
/** Three characters are the least that an index of trigrams can look for. */
export const TEXT_CHARS_MIN = 3;

export const isQueryField = (name: string): name is QueryField =>
  (QUERY_FIELDS as readonly string[]).includes(name);

/** Is a pattern's wildcard at its end alone: does it ask for what begins with a text? */
export const isPrefix = ({ text, wild }: QueryValue): boolean =>
  wild && text.indexOf("*") === text.length - 1;
