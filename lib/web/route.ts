import "server-only";
import { DomainError } from "#lib/domain/errors.ts";
import { newRequestId } from "#lib/domain/request-id.ts";
import type { Query } from "#lib/services/define-query.ts";
import type { ServiceContext } from "#lib/services/context.ts";
import { currentPerson } from "./session.ts";

const HEADERS = { "cache-control": "private, no-store" };

const failure = (error: unknown, req: string): Response => {
  const known =
    error instanceof DomainError ? error : new DomainError("INTERNAL", "Something went wrong on our side.");
  if (known.code === "INTERNAL") console.error(req, error);
  const body = { error: { code: known.code, message: known.message, request_id: req } };
  return Response.json(body, { status: known.status, headers: HEADERS });
};

/** Signs a route handler's caller in, runs it, and answers every error in the API's shape. */
export const withPerson = async (run: (ctx: ServiceContext) => Promise<Response>): Promise<Response> => {
  let req = newRequestId();
  try {
    const signed = await currentPerson();
    if (!signed) throw new DomainError("UNAUTHENTICATED", "Your session has ended. Sign in again.");
    req = signed.ctx.req;
    return await run(signed.ctx);
  } catch (error) {
    return failure(error, req);
  }
};

/** A route handler that answers a query as JSON: what a page polls while it is open. */
export const answer = <R>(query: Query<R>, input: Record<string, unknown>): Promise<Response> =>
  withPerson(async (ctx) => Response.json(await query(ctx, input), { headers: HEADERS }));
