import { searchEvents } from "#lib/services/audit/search-events.ts";
import { answer } from "#lib/web/route.ts";

/** A page of the log, as the page that follows it asks for it. */
export const GET = (request: Request): Promise<Response> => {
  const { q, ...fields } = Object.fromEntries(new URL(request.url).searchParams);
  return answer(searchEvents, { query: q, ...fields });
};
