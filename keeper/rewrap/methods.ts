import type { JobMode } from "#lib/domain/job.ts";
import type { Method } from "./method.ts";
import { reencryptMethod } from "./reencrypt-method.ts";
import { rewrapMethod } from "./rewrap-method.ts";

const METHODS: Readonly<Record<JobMode, Method>> = { rewrap: rewrapMethod, "re-encrypt": reencryptMethod };

export const methodOf = (mode: JobMode): Method => METHODS[mode];
