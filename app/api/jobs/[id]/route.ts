import { watchJob } from "#lib/services/rewrap/watch-job.ts";
import { answer } from "#lib/web/route.ts";

export const GET = async (_: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> =>
  answer(watchJob, { job: (await params).id });
