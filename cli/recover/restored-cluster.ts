import { accessSync, chmodSync, constants, mkdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startCluster } from "#cli/embedded/cluster.ts";
import { freePort } from "#cli/embedded/free-port.ts";
import { isRunning, type ProcessIdentity } from "#cli/embedded/process-identity.ts";
import { canReach } from "#cli/embedded/reachable.ts";
import { databaseUser } from "#cli/embedded/run-as.ts";
import { DomainError } from "#lib/domain/errors.ts";

const SHARED = "/var/lib/keyfold";

/** A data directory with its database running for us alone. */
export type Restored = { databaseUrl: string; kmsDir: string; close(): Promise<void> };

const findDataDir = (dir: string): string => {
  const asked = resolve(dir);
  try {
    // Of what may not be looked at, "is it there" would say no.
    statSync(join(asked, "postgres", "PG_VERSION"));
    return realpathSync(asked);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EACCES")
      throw new DomainError("FORBIDDEN", `The data directory ${asked} is not yours to read.`, { cause });
  }
  throw new DomainError(
    "INVALID_INPUT",
    `${asked} is no data directory of Keyfold: it holds no postgres/PG_VERSION. For a database elsewhere give --database-url and --kms.`,
  );
};

const refuseInUse = (place: string): void => {
  let holder: ProcessIdentity;
  try {
    holder = JSON.parse(readFileSync(join(place, "lock"), "utf8")) as ProcessIdentity;
  } catch {
    return;
  }
  if (isRunning(holder)) {
    throw new DomainError(
      "CONFLICT",
      `The data directory ${place} is in use by another Keyfold (pid ${holder.pid}): stop it, or recover from a copy.`,
    );
  }
};

const isWritable = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

/** PostgreSQL must own its folder and write to it, and be able to get there. */
const canServeInPlace = (place: string): boolean => {
  const user = databaseUser();
  const folder = join(place, "postgres");
  if (!isWritable(place) || !isWritable(folder)) return false;
  return user === undefined ? statSync(folder).uid === process.getuid?.() : canReach(place, user);
};

/** The database alone, where PostgreSQL can run on it. The folder given stays as it is. */
const copyAside = async (place: string, say: (line: string) => void): Promise<string> => {
  const isRoot = databaseUser() !== undefined;
  if (isRoot) mkdirSync(SHARED, { recursive: true, mode: 0o755 });
  const copy = await mkdtemp(join(isRoot ? SHARED : tmpdir(), "keyfold-recover-"));
  say(`PostgreSQL cannot run in ${place}: a copy of the database in ${copy} is used and removed afterwards.`);
  try {
    chmodSync(copy, 0o711);
    await cp(join(place, "postgres"), join(copy, "postgres"), { recursive: true, verbatimSymlinks: true });
    await rm(join(copy, "postgres", "postmaster.pid"), { force: true });
    chmodSync(join(copy, "postgres"), 0o700);
    return copy;
  } catch (error) {
    await rm(copy, { recursive: true, force: true });
    throw error;
  }
};

/**
 * Starts the PostgreSQL of a restored data directory on a free port of this machine alone.
 *
 * @throws `CONFLICT` when the directory is in use, `INVALID_INPUT` when it is none, `UNAVAILABLE` when it does not start
 */
export const openRestored = async (dir: string, say: (line: string) => void): Promise<Restored> => {
  const place = findDataDir(dir);
  refuseInUse(place);
  const copy = canServeInPlace(place) ? undefined : await copyAside(place, say);
  const clear = async () => {
    if (copy !== undefined) await rm(copy, { recursive: true, force: true });
  };
  try {
    const cluster = await startCluster({
      dataDir: copy ?? place,
      port: await freePort(),
      settings: ["autovacuum=off"],
    });
    return {
      databaseUrl: cluster.superuserUrl,
      kmsDir: join(place, "kms"),
      close: async () => {
        await cluster.stop();
        await clear();
      },
    };
  } catch (error) {
    await clear();
    throw error;
  }
};
