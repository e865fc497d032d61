import { availableParallelism } from "node:os";
import type { AccessLog } from "../access/access-log.ts";
import { createAccessLog } from "../access/access-log.ts";
import type { FailureLog } from "../access/failure-log.ts";
import { createFailureLog } from "../access/failure-log.ts";
import type { Keeper } from "../keeper.ts";
import type { CryptoPool } from "../threads/crypto-pool.ts";
import { createCryptoPool } from "../threads/crypto-pool.ts";

/** Each takes some 20 MB once it is at work. */
const THREADS_MAX = 4;

/** What the use cases of the data plane work with. */
export type DataPlane = { keeper: Keeper; access: AccessLog; failures: FailureLog; crypto: CryptoPool };

/** A data plane whose logs run, with threads for its batches. `close` is for when its last request has ended. */
export const createDataPlane = (keeper: Keeper): DataPlane & { close(): Promise<void> } => {
  const threads = Math.min(THREADS_MAX, availableParallelism());
  const plane: DataPlane = {
    keeper,
    access: createAccessLog(keeper),
    failures: createFailureLog(keeper),
    crypto: createCryptoPool({ threads }),
  };
  return {
    ...plane,
    close: async () => {
      await Promise.all([plane.access.close(), plane.failures.close(), plane.crypto.close()]);
    },
  };
};
