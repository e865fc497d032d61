import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { canReach, realPathOf } from "./reachable.ts";
import { databaseUser, type RunAs } from "./run-as.ts";

export type DataDir = {
  path: string;
  /** One sentence for the operator when the data is not where it was asked for. */
  notice: string | undefined;
};

const SHARED = "/var/lib/keyfold";

const isLink = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;

const hasContent = (path: string): boolean => existsSync(path) && readdirSync(path).length > 0;

// Data that was put here by hand, a restored backup for one: it moves, and the path asked for leads to it.
const moveInto = (wanted: string, elsewhere: string): void => {
  cpSync(wanted, `${elsewhere}.partial`, {
    recursive: true,
    preserveTimestamps: true,
    verbatimSymlinks: true,
  });
  renameSync(`${elsewhere}.partial`, elsewhere);
  rmSync(wanted, { recursive: true });
};

const unusedName = (base: string): string => {
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? base : `${base}-${n}`;
    if (!hasContent(name)) return name;
  }
};

const link = (wanted: string, elsewhere: string): void => {
  if (existsSync(wanted) && !isLink(wanted)) rmSync(wanted, { recursive: true });
  mkdirSync(dirname(wanted), { recursive: true });
  symlinkSync(elsewhere, wanted);
};

const placeElsewhere = (wanted: string): string => {
  const hash = createHash("sha256").update(wanted).digest("hex").slice(0, 16);
  const base = join(SHARED, hash);
  mkdirSync(SHARED, { recursive: true, mode: 0o755 });
  if (hasContent(wanted)) {
    const target = unusedName(base);
    rmSync(target, { recursive: true, force: true });
    moveInto(wanted, target);
    link(wanted, target);
    return target;
  }
  mkdirSync(base, { recursive: true });
  link(wanted, base);
  return base;
};

const prepare = (path: string, user: RunAs): void => {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  // The secrets in it are 0600 each; the folder itself must let the database user through to its own.
  if (user !== undefined) chmodSync(path, statSync(path).mode | 0o011);
};

/**
 * The data directory to use for the one asked for: the same, unless Keyfold runs as root and a folder above it cannot
 * be entered by the database user. Then it is `/var/lib/keyfold/<hash of the path>`, and the path asked for a link to it.
 */
export const resolveDataDir = (wanted: string, user: RunAs = databaseUser()): DataDir => {
  const asked = resolve(wanted);
  const place = isLink(asked)
    ? realPathOf(asked)
    : resolve(realPathOf(dirname(asked)), asked.slice(dirname(asked).length + 1));
  if (canReach(place, user)) {
    prepare(place, user);
    const notice =
      place.startsWith(`${SHARED}/`) && isLink(asked)
        ? `The data directory ${asked} is a link to ${place}.`
        : undefined;
    return { path: place, notice };
  }
  const path = placeElsewhere(place);
  prepare(path, user);
  return {
    path,
    notice: `The database user cannot enter ${dirname(place)}, so the data directory is ${path}, and ${asked} is a link to it.`,
  };
};
