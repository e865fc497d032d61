import { watchKey } from "#lib/services/keys/watch-key.ts";
import { answer } from "#lib/web/route.ts";

type Params = { params: Promise<{ tenant: string; key: string }> };

export const GET = async (_: Request, { params }: Params): Promise<Response> =>
  answer(watchKey, await params);
