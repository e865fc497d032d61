import { getSample } from "#lib/services/sample/get-sample.ts";
import { answer } from "#lib/web/route.ts";

export const GET = (): Promise<Response> => answer(getSample, {});
