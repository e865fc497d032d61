import { randomBytes } from "node:crypto";
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Binaries } from "./binaries.ts";
import type { RunAs } from "./run-as.ts";
import { runProgram } from "./run-program.ts";

export const DATABASE = "keyfold";
export const SUPERUSER = "postgres";

export const newPassword = (): string => randomBytes(24).toString("base64url");

const initdbArguments = (folder: string, passwordFile: string, foreign: boolean): string[] => [
  `--pgdata=${folder}`,
  `--username=${SUPERUSER}`,
  `--pwfile=${passwordFile}`,
  "--auth=scram-sha-256",
  "--encoding=UTF8",
  "--locale=C",
  // Code-point order that never changes with the operating system, so indexes survive a move to another machine.
  ...(foreign ? [] : ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]),
  "--data-checksums",
  "--no-instructions",
];

const ownedFolder = (path: string, user: RunAs): void => {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { mode: 0o700 });
  if (user !== undefined) chownSync(path, user.uid, user.gid);
};

/**
 * Makes the cluster in `<dataDir>/postgres` with its database. It is made beside its place and renamed when it is
 * whole, so a start that was cut short leaves nothing that looks like a cluster.
 */
export const initCluster = async (
  dataDir: string,
  password: string,
  { binaries, user, quick }: { binaries: Binaries; user: RunAs; quick: boolean },
): Promise<void> => {
  const folder = join(dataDir, "postgres");
  if (existsSync(join(folder, "PG_VERSION"))) return;
  const partial = join(dataDir, "postgres.new");
  const passwordFile = join(dataDir, "postgres.password");
  ownedFolder(partial, user);
  try {
    rmSync(passwordFile, { force: true });
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600, flag: "wx" });
    if (user !== undefined) chownSync(passwordFile, user.uid, user.gid);
    await runProgram(
      binaries.initdb,
      [...initdbArguments(partial, passwordFile, binaries.foreign === true), ...(quick ? ["--no-sync"] : [])],
      { user },
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
  await singleUser(partial, `create database ${DATABASE};`, { binaries, user });
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
};

/** Runs SQL in a cluster that is not running, without a password. */
export const singleUser = (
  folder: string,
  sql: string,
  { binaries, user }: { binaries: Binaries; user: RunAs },
): Promise<void> =>
  runProgram(binaries.postgres, ["--single", "-D", folder, "-c", "exit_on_error=true", "postgres"], {
    user,
    input: `${sql}\n`,
  });
