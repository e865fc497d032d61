import { type Command, defineCommand } from "#cli/shell/command.ts";
import { notFound } from "#lib/domain/errors.ts";
import { isUuid } from "#lib/domain/ids.ts";
import { type JobView, toJob } from "#lib/domain/job.ts";
import type { ServiceContext } from "#lib/services/context.ts";
import type { Mutation } from "#lib/services/define-mutation.ts";
import { getJob } from "#lib/services/rewrap/get-job.ts";
import { jobText } from "./job-text.ts";

/** A job by what somebody typed. */
export const findJob = (ctx: ServiceContext, id: string): Promise<JobView> => {
  if (!isUuid(id)) throw notFound("job");
  return getJob(ctx, { job: id });
};

/** A verb that asks something of a job, and shows it as it stands then. */
export const defineJobCommand = (
  verb: "pause" | "resume" | "cancel",
  request: Mutation<{ id: string }>,
): Command =>
  defineCommand({
    usage: `rewrap ${verb} <id> [--json]`,
    args: ["id"],
    options: {},
    run: async ({ args }, cli) => {
      const { ctx } = await cli.instance();
      const { tenant, id } = await findJob(ctx, args.id);
      await request(ctx, { tenant, job: id });
      const job = await findJob(ctx, id);
      return { json: toJob(job), text: jobText(job) };
    },
  });
