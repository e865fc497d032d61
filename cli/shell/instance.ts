import { randomBytes } from "node:crypto";
import { userInfo } from "node:os";
import { join } from "node:path";
import { type Credentials, readCredentials } from "#cli/supervise/credentials.ts";
import { wantedDataDir } from "#cli/supervise/settings.ts";
import { connect } from "#db/client.ts";
import { findDeploymentId } from "#db/queries/platform.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { ServiceContext } from "#lib/services/context.ts";

/** The running instance, as the command line's own login sees it. */
export type Instance = {
  ctx: ServiceContext;
  dataDir: string;
  credentials: Credentials;
  deploymentId: string;
  close(): Promise<void>;
};

/** Processes without an entry in the user database have an id alone. */
const osUser = (): string => {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 0}`;
  }
};

const credentialsIn = (dataDir: string): Credentials => {
  let credentials: Credentials | undefined;
  try {
    credentials = readCredentials(dataDir);
  } catch (error) {
    const cause = error instanceof DomainError ? error.cause : error;
    if ((cause as NodeJS.ErrnoException | undefined)?.code !== "EACCES") throw error;
    throw new DomainError(
      "FORBIDDEN",
      `The credentials in ${dataDir} are not yours to read: run this as the user that runs Keyfold.`,
    );
  }
  if (credentials) return credentials;
  throw new DomainError(
    "UNAVAILABLE",
    `Keyfold has not been started on ${dataDir} yet: start it with npm start, or set KEYFOLD_DATA_DIR.`,
  );
};

// 28: the login is refused. Another PostgreSQL may answer on the port that was Keyfold's.
const isAway = (error: unknown): boolean =>
  error instanceof DomainError
    ? error.code === "UNAVAILABLE"
    : /^(28|3D)/.test(String((error as { code?: unknown } | null)?.code));

/**
 * Connects to the instance of the data directory with the command line's login. Its credential is a file that only
 * the operating-system user who runs Keyfold can read: whoever can read it may act as owner.
 *
 * @throws `UNAVAILABLE` when nothing runs there, `FORBIDDEN` when the credential is not readable
 */
export const openInstance = async (env: NodeJS.ProcessEnv): Promise<Instance> => {
  const dataDir = wantedDataDir(env);
  const credentials = credentialsIn(dataDir);
  const db = connect(credentials.cli, { max: 2 });
  try {
    const deploymentId = await withOperator(db, findDeploymentId);
    const ctx: ServiceContext = {
      db,
      source: "cli",
      actor: { type: "cli", id: osUser(), role: "owner" },
      req: `req_${randomBytes(8).toString("hex")}`,
    };
    return { ctx, dataDir, credentials, deploymentId, close: () => db.close() };
  } catch (error) {
    await db.close();
    if (!isAway(error)) throw error;
    throw new DomainError(
      "UNAVAILABLE",
      `Keyfold does not run on ${dataDir}: start it with npm start. (Its database at ${new URL(credentials.cli).host} does not answer, or is another's.)`,
      { cause: error },
    );
  }
};

/** Where the instance keeps a file. */
export const inDataDir = (instance: Pick<Instance, "dataDir">, ...parts: string[]): string =>
  join(instance.dataDir, ...parts);
