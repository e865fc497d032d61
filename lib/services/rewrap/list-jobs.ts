import { findTenantBySlug } from "#db/queries/tenant.ts";
import { listJobViews } from "#db/queries/job-view.ts";
import { notFound } from "#lib/domain/errors.ts";
import { JOB_MODES, JOB_STATUSES, OPEN_JOB_STATUSES } from "#lib/domain/job.ts";
import { z } from "#lib/domain/zod.ts";
import { defineOperatorQuery } from "../define-query.ts";
import { decodeCursor, encodeCursor } from "../instant-cursor.ts";

const LIMIT_MAX = 200;

/** Jobs, the newest first: all of them, or those of a tenant, a status or a mode. `next` is the cursor of the page after this one. */
export const listJobs = defineOperatorQuery({
  permission: "platform:read",
  input: z.object({
    tenant: z.string().max(200).optional(),
    status: z.enum([...JOB_STATUSES, "open"]).optional(),
    mode: z.enum(JOB_MODES).optional(),
    cursor: z.string().max(100).optional(),
    limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(50),
  }),
  read: async ({ tx, input }) => {
    const tenant = input.tenant === undefined ? null : await findTenantBySlug(tx, input.tenant);
    if (input.tenant !== undefined && !tenant) throw notFound("tenant");
    const before = input.cursor === undefined ? undefined : decodeCursor(input.cursor);
    // One more than is shown says whether there is a next page.
    const status = input.status === "open" ? OPEN_JOB_STATUSES : input.status && [input.status];
    const filter = { tenantId: tenant?.id, status, mode: input.mode, before };
    const jobs = await listJobViews(tx, { ...filter, limit: input.limit + 1 });
    const shown = jobs.slice(0, input.limit);
    const last = shown.at(-1);
    return {
      jobs: shown,
      next: jobs.length > input.limit && last ? encodeCursor({ at: last.created_at, id: last.id }) : null,
    };
  },
});
