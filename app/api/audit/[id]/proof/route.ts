import { proveEvent } from "#lib/services/audit/prove-event.ts";
import { answer } from "#lib/web/route.ts";

export const GET = async (_: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> =>
  answer(proveEvent, { id: (await params).id });
