import { keeperWatch } from "#lib/services/keeper/keeper-watch.ts";
import { withPerson } from "#lib/web/route.ts";

export const GET = (): Promise<Response> =>
  withPerson(async ({ db }) =>
    Response.json(await keeperWatch(db), { headers: { "cache-control": "private, no-store" } }),
  );
