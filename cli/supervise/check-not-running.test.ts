import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkNotRunning } from "./check-not-running.ts";
import { writeInstance } from "./instance-file.ts";

it("says where the Keyfold is that runs on the data directory, and minds none that is gone", () => {
  const dir = mkdtempSync(join(tmpdir(), "keyfold-running-"));
  try {
    expect(() => checkNotRunning(dir)).not.toThrow();
    writeInstance(dir, {
      url: "http://localhost:4600",
      keeperUrl: "http://127.0.0.1:4601",
      port: 4600,
      keeperPort: 4601,
      databasePort: null,
      pids: { console: null, keeper: null },
    });
    expect(() => checkNotRunning(dir)).toThrow(
      `Keyfold already runs on the data directory ${dir} (process ${process.pid}): http://localhost:4600`,
    );
    const file = join(dir, "instance.json");
    const gone = {
      ...JSON.parse(readFileSync(file, "utf8")),
      supervisor: { pid: 2 ** 22 + 1, startedAt: null },
    };
    writeFileSync(file, JSON.stringify(gone));
    expect(() => checkNotRunning(dir)).not.toThrow();
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
