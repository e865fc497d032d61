import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { canReach, realPathOf } from "./reachable.ts";
import type { RunAs } from "./run-as.ts";

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
const move = (from: string, to: string): void => {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
    const partial = `${to}.partial`;
    rmSync(partial, { recursive: true, force: true });
    cpSync(from, partial, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    renameSync(partial, to);
    rmSync(from, { recursive: true });
  }
};

const unusedName = (base: string): string => {
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? base : `${base}-${n}`;
    if (!hasContent(name)) return name;
  }
};

const link = (from: string, to: string): void => {
  // What stands there is empty, or a link that leads nowhere.
  rmSync(from, { recursive: true, force: true });
  mkdirSync(dirname(from), { recursive: true });
  symlinkSync(to, from);
};

const placeElsewhere = (wanted: string, shared: string): { path: string; found: boolean } => {
  const base = join(shared, createHash("sha256").update(wanted).digest("hex").slice(0, 16));
  mkdirSync(shared, { recursive: true, mode: 0o755 });
  const moves = hasContent(wanted);
  const path = moves ? unusedName(base) : base;
  const found = hasContent(path);
  if (moves) {
    rmSync(path, { recursive: true, force: true });
    move(wanted, path);
  }
  link(wanted, path);
  return { path, found };
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
export const resolveDataDir = (wanted: string, user: RunAs, shared: string = SHARED): DataDir => {
  const asked = resolve(wanted);
  const linked = isLink(asked) && existsSync(asked);
  const place = linked ? realpathSync(asked) : join(realPathOf(dirname(asked)), basename(asked));
  if (canReach(place, user)) {
    prepare(place, user);
    const notice = linked ? `The data directory ${asked} is a link to ${place}.` : undefined;
    return { path: place, notice };
  }
  const { path, found } = placeElsewhere(place, shared);
  prepare(path, user);
  return {
    path,
    notice: `The database user cannot enter ${dirname(place)}, so the data directory is ${path}${
      found ? " with the data of an earlier start" : ""
    }, and ${asked} is a link to it.`,
  };
};
