import { setTenantAccessLog } from "#db/queries/tenant-settings.ts";
import { ACCESS_LOG_MODES } from "#lib/domain/access-log.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { z } from "#lib/domain/zod.ts";
import { defineMutation } from "../define-mutation.ts";

/** Chooses how access to a tenant's data is logged from the next request on. */
export const setAccessLog = defineMutation({
  permission: "tenant:configure",
  input: z.object({ accessLog: z.enum(ACCESS_LOG_MODES) }),
  commit: async ({ tx, input }) => {
    const before = await setTenantAccessLog(tx, input.accessLog);
    if (before === input.accessLog)
      throw new DomainError("INVALID_STATE", `Access is logged by ${input.accessLog} already.`);
    return {
      result: { accessLog: input.accessLog },
      event: {
        action: "tenant.access_log_changed",
        target: { type: "tenant", id: tx.tenantId },
        detail: { from: before, to: input.accessLog },
      },
    };
  },
});
