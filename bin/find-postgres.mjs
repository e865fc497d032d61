import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Where packages of systems put PostgreSQL: one folder for each version, with its programs in `bin`. */
const HOMES = ["/usr/lib/postgresql", "/usr", "/opt/homebrew/opt", "/usr/local/opt"];
const OLDEST = 15;

const output = (program, ...parameters) => {
  try {
    return execFileSync(program, parameters, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "";
  }
};

const foldersIn = (home) => {
  try {
    return readdirSync(home)
      .filter((name) => /^(\d+|pgsql-\d+|postgresql@\d+)$/.test(name))
      .map((name) => join(home, name, "bin"));
  } catch {
    return [];
  }
};

/** A folder of programs that tests can start, with its version; null for one that lacks something. */
const look = (programs) => {
  const version = /(\d+)\.(\d+)/.exec(output(join(programs, "postgres"), "--version"));
  if (version === null || Number(version[1]) < OLDEST || !existsSync(join(programs, "initdb"))) return null;
  const shared = output(join(programs, "pg_config"), "--sharedir");
  // Debian keeps pg_config with what is needed to build against PostgreSQL.
  const extensions = [shared, programs.replace("/lib/", "/share/").replace(/\/bin$/, "")];
  if (!extensions.some((folder) => existsSync(join(folder, "extension", "pg_trgm.control")))) return null;
  return { programs, major: Number(version[1]), version: version[0] };
};

/** The oldest supported PostgreSQL that is installed on this machine, or null. */
export const findPostgres = () => {
  const asked = output("pg_config", "--bindir");
  const found = [...HOMES.flatMap(foldersIn), ...(asked ? [asked] : [])]
    .map(look)
    .filter((one) => one !== null);
  return found.toSorted((a, b) => a.major - b.major)[0] ?? null;
};
