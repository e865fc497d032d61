import { chmodSync, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { binariesIn, findBinaries } from "./binaries.ts";
import { chownTree } from "./chown-tree.ts";
import { resolveDataDir } from "./data-dir.ts";
import { freePort, isPortFree } from "./free-port.ts";
import { initCluster, newPassword, SUPERUSER, singleUser } from "./init-cluster.ts";
import { lockDataDir } from "./lock.ts";
import { orphanOf, stopPostmaster } from "./postmaster.ts";
import { databaseUser } from "./run-as.ts";
import { serve } from "./serve.ts";
import { readSuperuserUrl, superuserUrl, writeSuperuserUrl } from "./superuser-url.ts";

/** A running embedded PostgreSQL. */
export type Cluster = {
  /** `postgres://…/keyfold`, as superuser. Also in `<dataDir>/superuser.url` (0600). */
  superuserUrl: string;
  port: number;
  /** Settles when the server has ended, asked to or not. */
  exited: Promise<void>;
  stop(): Promise<void>;
};

export type StartClusterOptions = {
  dataDir: string;
  /** Default: the port used last if it is free, else any free one. */
  port?: number;
  /** The folder of the server's programs, when they are not those that are embedded. */
  programs?: string;
  /** `name=value`, as in postgresql.conf. */
  settings?: string[];
  /** Receives the server's log, a line at a time, and notices. */
  log?: (line: string) => void;
};

const choosePort = async (asked: number | undefined, last: number | undefined): Promise<number> => {
  if (asked !== undefined) return asked;
  return last !== undefined && last > 0 && (await isPortFree(last)) ? last : freePort();
};

/**
 * Starts the embedded PostgreSQL of a data directory, which is made when it is not there, on 127.0.0.1 alone.
 * Refuses a data directory that another Keyfold has in use.
 */
export const startCluster = async ({
  dataDir,
  port,
  programs,
  settings = [],
  log = () => {},
}: StartClusterOptions): Promise<Cluster> => {
  const user = databaseUser();
  const place = resolveDataDir(dataDir, user);
  if (place.notice !== undefined) log(place.notice);
  const release = lockDataDir(place.path);
  try {
    const folder = join(place.path, "postgres");
    const orphan = orphanOf(folder);
    if (orphan !== undefined) await stopPostmaster(orphan);

    const binaries = programs === undefined ? findBinaries(user) : binariesIn(programs);
    const quick = settings.includes("fsync=off");
    const kept = readSuperuserUrl(place.path);
    const password = kept?.password ?? newPassword();
    const chosen = await choosePort(port, kept?.port);
    const url = superuserUrl(password, chosen);
    const isNew = !existsSync(join(folder, "PG_VERSION"));
    if (kept === undefined || kept.port !== chosen) writeSuperuserUrl(place.path, url);
    if (isNew) await initCluster(place.path, password, { binaries, user, quick });
    else takeOwnership(folder, user);
    if (!isNew && kept === undefined) {
      await singleUser(folder, `alter role ${SUPERUSER} password '${password}';`, { binaries, user });
    }

    const server = await serve({ program: binaries.postgres, folder, port: chosen, settings, user, log });
    const exited = server.exited.then(release);
    return {
      superuserUrl: url,
      port: chosen,
      exited,
      stop: async () => {
        await stopPostmaster(server.pid);
        await exited;
      },
    };
  } catch (error) {
    release();
    throw error;
  }
};

// A data directory that was copied by root belongs to root, and one made by cp has the wrong mode: the server accepts neither.
const takeOwnership = (folder: string, user: { uid: number; gid: number } | undefined): void => {
  const { uid, mode } = statSync(folder);
  if (user !== undefined && uid !== user.uid) chownTree(folder, user);
  if ((mode & 0o077) !== 0) chmodSync(folder, 0o700);
};
