import type { AuditQuery, QueryValue } from "./query.ts";
import { QUERY_FIELDS } from "./query.ts";

const quote = (text: string): string => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

const SAFE = /^[^\s",*\\]+$/u;

const printValue = ({ text, wild }: QueryValue): string => (wild || SAFE.test(text) ? text : quote(text));

// A bare word of free text must neither look like a field nor like an exclusion.
const printText = (text: string): string => (SAFE.test(text) && !/[:-]/.test(text) ? text : quote(text));

/** A query as text: what `parseQuery` reads back as the same query. */
export const printQuery = ({ fields, text }: AuditQuery): string =>
  [
    ...QUERY_FIELDS.flatMap((field) => {
      const { any = [], none = [] } = fields[field] ?? {};
      return [
        ...(any.length > 0 ? [`${field}:${any.map(printValue).join(",")}`] : []),
        ...(none.length > 0 ? [`-${field}:${none.map(printValue).join(",")}`] : []),
      ];
    }),
    ...text.all.map(printText),
    ...text.none.map((word) => `-${printText(word)}`),
  ].join(" ");
