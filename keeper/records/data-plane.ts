import type { AccessLog } from "../access/access-log.ts";
import type { Keeper } from "../keeper.ts";

/** What the use cases of the data plane work with. */
export type DataPlane = { keeper: Keeper; access: AccessLog };
