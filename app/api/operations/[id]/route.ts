import { getOperation } from "#lib/services/operations/get-operation.ts";
import { answer } from "#lib/web/route.ts";

export const GET = async (_: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> =>
  answer(getOperation, await params);
