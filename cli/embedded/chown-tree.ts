import { lchownSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Gives a folder and all in it to a user; links themselves, never what they lead to. */
export const chownTree = (folder: string, { uid, gid }: { uid: number; gid: number }): void => {
  lchownSync(folder, uid, gid);
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    lchownSync(join(entry.parentPath, entry.name), uid, gid);
  }
};
