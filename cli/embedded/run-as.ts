import { execFileSync } from "node:child_process";
import { DomainError } from "#lib/domain/errors.ts";

/** The system user that PostgreSQL runs as; undefined when it may run as whoever started Keyfold. */
export type RunAs = { uid: number; gid: number } | undefined;

const USER = "postgres";

const idOf = (flag: "-u" | "-g"): number | undefined => {
  try {
    return Number.parseInt(
      execFileSync("id", [flag, USER], { stdio: ["ignore", "pipe", "ignore"] }).toString(),
      10,
    );
  } catch {
    return undefined;
  }
};

const lookUp = (): RunAs => {
  const uid = idOf("-u");
  const gid = idOf("-g");
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
};

const createUser = (): void => {
  execFileSync(
    "useradd",
    ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", USER],
    {
      stdio: "ignore",
    },
  );
};

/**
 * PostgreSQL refuses to run as root, so root runs it as the system user `postgres`, which is made when it is missing.
 */
export const databaseUser = (): RunAs => {
  if (process.getuid?.() !== 0) return undefined;
  const existing = lookUp();
  if (existing !== undefined) return existing;
  try {
    createUser();
  } catch (cause) {
    throw new DomainError(
      "UNAVAILABLE",
      "PostgreSQL does not run as root and a system user for it could not be made: run Keyfold as an ordinary user, or add a user named postgres.",
      { cause },
    );
  }
  const created = lookUp();
  if (created === undefined)
    throw new DomainError("UNAVAILABLE", "The system user postgres could not be found.");
  return created;
};
