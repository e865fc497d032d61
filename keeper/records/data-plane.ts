import type { AccessLog } from "../access/access-log.ts";
import { createAccessLog } from "../access/access-log.ts";
import type { FailureLog } from "../access/failure-log.ts";
import { createFailureLog } from "../access/failure-log.ts";
import type { Keeper } from "../keeper.ts";

/** What the use cases of the data plane work with. */
export type DataPlane = { keeper: Keeper; access: AccessLog; failures: FailureLog };

/** A data plane whose logs run. `close` is for when its last request has ended. */
export const createDataPlane = (keeper: Keeper): DataPlane & { close(): Promise<void> } => {
  const plane = { keeper, access: createAccessLog(keeper), failures: createFailureLog(keeper) };
  return {
    ...plane,
    close: async () => {
      await Promise.all([plane.access.close(), plane.failures.close()]);
    },
  };
};
