import { getPlatformSealingPlace } from "#lib/services/connections/get-sealing-place.ts";
import { answer } from "#lib/web/route.ts";

type Params = { params: Promise<{ connection: string }> };

export const GET = async (_: Request, { params }: Params): Promise<Response> =>
  answer(getPlatformSealingPlace, await params);
