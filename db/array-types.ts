import type { Sql } from "postgres";

/** PostgreSQL's own types and their arrays; these numbers never change. */
const ARRAY_OF: Readonly<Record<number, number>> = {
  16: 1000, // bool
  17: 1001, // bytea
  18: 1002, // char
  19: 1003, // name
  20: 1016, // int8
  21: 1005, // int2
  23: 1007, // int4
  25: 1009, // text
  26: 1028, // oid
  114: 199, // json
  650: 651, // cidr
  700: 1021, // float4
  701: 1022, // float8
  869: 1041, // inet
  1042: 1014, // bpchar
  1043: 1015, // varchar
  1082: 1182, // date
  1083: 1183, // time
  1114: 1115, // timestamp
  1184: 1185, // timestamptz
  1186: 1187, // interval
  1700: 1231, // numeric
  2950: 2951, // uuid
  3802: 3807, // jsonb
  5069: 271, // xid8
};

type Parse = (text: string) => unknown;
type Serialize = (value: unknown) => unknown;

const literal = (serialize: Serialize, values: unknown): string => {
  if (!Array.isArray(values)) return String(values);
  const items = values.map((value) => {
    if (value === null) return "null";
    if (value === undefined) throw new TypeError("An array for PostgreSQL holds undefined.");
    if (Array.isArray(value)) return literal(serialize, value);
    return `"${String(serialize(value)).replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  });
  return `{${items.join(",")}}`;
};

// An item: in quotes, where a backslash takes the next character as it is, or as it stands.
const ITEM = /"((?:[^"\\]|\\[^])*)"|([^,{}"]+)/gy;

const parseItems = (parse: Parse, text: string): unknown[] => {
  const items: unknown[] = [];
  for (let at = 1; at < text.length - 1; at = ITEM.lastIndex + 1) {
    ITEM.lastIndex = at;
    const match = ITEM.exec(text);
    if (!match) throw new Error("PostgreSQL sent an array that db/array-types.ts does not read.");
    const [, quoted, bare = ""] = match;
    if (quoted !== undefined) items.push(parse(quoted.replaceAll(/\\([^])/g, "$1")));
    else items.push(bare === "NULL" ? null : parse(bare));
  }
  return items;
};

/** What postgres.js keeps beside its documented options. */
type Internals = {
  parsers: Record<number, Parse & { array?: boolean }>;
  serializers: Record<number, Serialize>;
  shared: { typeArrayMap: Record<number, number> };
};

/**
 * Teaches a pool the array types of PostgreSQL itself. postgres.js would ask for them on each new connection, in a
 * query that nobody waits for: a connection that ends in it ends the process.
 */
export const knowArrayTypes = (sql: Sql): void => {
  const { parsers, serializers, shared } = sql.options as unknown as Internals;
  for (const [element, array] of Object.entries(ARRAY_OF).map(([of, is]) => [Number(of), is] as const)) {
    if (parsers[array] && serializers[array]) continue;
    shared.typeArrayMap[element] = array;
    const parse = (text: string) => (parsers[element] ? parsers[element](text) : text);
    parsers[array] = (text) => parseItems(parse, text);
    const serialize = (value: unknown) => (serializers[element] ? serializers[element](value) : value);
    serializers[array] = (values) => literal(serialize, values);
  }
};
