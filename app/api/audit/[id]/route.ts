import { getEvent } from "#lib/services/audit/get-event.ts";
import { answer } from "#lib/web/route.ts";

export const GET = async (_: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> =>
  answer(getEvent, { id: (await params).id });
