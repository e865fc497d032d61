import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of its own, and how to be rid of it. The database's user may enter it. */
export const newFolder = (): { path: string; remove(): void } => {
  const path = mkdtempSync(join(tmpdir(), "keyfold-faults-"));
  chmodSync(path, 0o755);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
};

/** A folder on a disk of `megabytes`; only root may make one, on Linux. */
export const newSmallDisk = (megabytes: number): { path: string; remove(): void } => {
  const { path, remove } = newFolder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=0755`, "tmpfs", path], {
      stdio: "pipe",
    });
  } catch (cause) {
    remove();
    throw new Error(
      "fill-disk needs a disk that it may fill: run it as root on Linux, where it mounts a tmpfs.",
      {
        cause,
      },
    );
  }
  return {
    path,
    remove: () => {
      execFileSync("umount", ["-l", path], { stdio: "pipe" });
      remove();
    },
  };
};
