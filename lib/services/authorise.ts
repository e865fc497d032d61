import { DomainError } from "#lib/domain/errors.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import type { Permission } from "#lib/domain/permissions.ts";
import { may } from "#lib/domain/permissions.ts";
import { createEventLimit } from "#lib/domain/event-limit.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { writeEvents } from "./audit/write-event.ts";
import type { ServiceContext } from "./context.ts";

/** Ten denials a second for one actor are written; what is held back is counted in the next. */
const limit = createEventLimit({ perSecond: 10 });

/** Writes the denial and throws `FORBIDDEN`. */
export const deny = async (
  ctx: ServiceContext,
  permission: Permission,
  tenant: TenantId | null,
): Promise<never> => {
  const { write, suppressed } = limit(ctx.actor.id, Date.now());
  if (write) {
    const event = {
      action: "access.denied" as const,
      target: tenant
        ? { type: "tenant" as const, id: tenant }
        : { type: "deployment" as const, id: "deployment" },
      outcome: "denied" as const,
      detail: { permission, ...(suppressed > 0 && { suppressed }) },
    };
    await withOperator(ctx.db, (tx) => writeEvents(tx, ctx, [event], tenant));
  }
  throw new DomainError("FORBIDDEN", "Your role does not allow this.", { reason: permission });
};

/** Lets the actor through or writes the denial and throws `FORBIDDEN`. */
export const authorise = async (
  ctx: ServiceContext,
  permission: Permission,
  tenant: TenantId | null,
): Promise<void> => {
  if (!may(ctx.actor.role, permission)) await deny(ctx, permission, tenant);
};
