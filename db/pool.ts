import postgres from "postgres";
import { knowArrayTypes } from "./array-types.ts";
import { usePatientSockets } from "./patient-socket.ts";

/** A pool of postgres.js without what it breaks on. Whoever sets further parsers does so in `before`. */
export const openPool = (
  url: string,
  options: postgres.Options<Record<string, never>>,
  before: (sql: postgres.Sql) => void = () => {},
): postgres.Sql => {
  const sql: postgres.Sql = postgres(url, { onnotice: () => {}, ...options, fetch_types: false });
  before(sql);
  knowArrayTypes(sql);
  usePatientSockets(sql);
  return sql;
};
