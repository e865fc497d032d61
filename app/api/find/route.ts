import { may } from "#lib/domain/permissions.ts";
import { findInLog } from "#lib/services/find/find-in-log.ts";
import { findThings } from "#lib/services/find/find-things.ts";
import { withPerson } from "#lib/web/route.ts";

export const GET = (request: Request): Promise<Response> =>
  withPerson(async (ctx) => {
    const input = { text: new URL(request.url).searchParams.get("text") ?? "" };
    const things = await findThings(ctx, input);
    const traces = may(ctx.actor.role, "platform-audit:read") ? await findInLog(ctx, input) : [];
    return Response.json(
      { found: [...things, ...traces] },
      { headers: { "cache-control": "private, no-store" } },
    );
  });
