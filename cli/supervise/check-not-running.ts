import { DomainError } from "#lib/domain/errors.ts";
import { readInstance } from "./instance-file.ts";

/** Refuses a second start on a data directory, and says where the first one is. Asked before the ports, which it has too. */
export const checkNotRunning = (dataDir: string): void => {
  const instance = readInstance(dataDir);
  if (instance === undefined) return;
  throw new DomainError(
    "CONFLICT",
    `Keyfold already runs on the data directory ${dataDir} (process ${instance.supervisor.pid}): ${instance.url}`,
  );
};
