import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Strike } from "./database-scene.ts";

const HOLD_MS = 5_000;
const BLOCK = Buffer.alloc(1 << 16, 1);

const fill = (file: string): void => {
  const handle = openSync(file, "w", 0o600);
  try {
    for (let size = BLOCK.length; size >= 512; )
      try {
        writeSync(handle, BLOCK, 0, size);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
        size /= 2;
      }
  } finally {
    closeSync(handle);
  }
};

/**
 * The disk of database, anchors and CMK files is full to the last block for a while. PostgreSQL refuses what needs room,
 * and ends when its log needs some: then it is started again once there is room, as the supervisor does.
 */
export const fillDisk: Strike = {
  fault: "fill-disk",
  strike: async ({ dataDir, cluster, restart }) => {
    const file = join(dataDir, "filler");
    let ended = false;
    void cluster().exited.then(() => {
      ended = true;
    });
    for (const end = Date.now() + HOLD_MS; Date.now() < end; await sleep(250)) fill(file);
    rmSync(file);
    await sleep(500);
    if (ended) await restart();
  },
};
