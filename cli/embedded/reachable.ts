import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { RunAs } from "./run-as.ts";

/** The real path of `path`, whose last parts need not exist yet. */
export const realPathOf = (path: string): string => {
  const absolute = resolve(path);
  if (existsSync(absolute)) return realpathSync(absolute);
  const parent = dirname(absolute);
  return parent === absolute
    ? absolute
    : resolve(realPathOf(parent), absolute.slice(parent.length).replace(/^\/+/, ""));
};

const mayEnter = (directory: string, user: NonNullable<RunAs>): boolean => {
  const { mode, uid, gid } = statSync(directory);
  if (uid === user.uid) return (mode & 0o100) !== 0;
  if (gid === user.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
};

/** Whether `user` can get to `path` through every existing folder above it (the path itself is not asked about). */
export const canReach = (path: string, user: RunAs): boolean => {
  if (user === undefined) return true;
  for (let folder = dirname(realPathOf(path)); ; folder = dirname(folder)) {
    if (existsSync(folder) && !mayEnter(folder, user)) return false;
    if (folder === dirname(folder)) return true;
  }
};
