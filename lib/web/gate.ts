import "server-only";
import { headers } from "next/headers";
import { forbidden, notFound as nextNotFound, redirect } from "next/navigation";
import type { FieldErrors } from "#lib/domain/errors.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { Query } from "#lib/services/define-query.ts";
import type { Signed } from "./session.ts";
import { currentPerson } from "./session.ts";

/** Every page begins here: a signed-in person, or off to the sign-in page and back afterwards. */
export const gate = async (): Promise<Signed> => {
  const signed = await currentPerson();
  if (signed) return signed;
  const path = (await headers()).get("x-pathname") ?? "/";
  redirect(`/sign-in?callbackUrl=${encodeURIComponent(path)}`);
};

/** A page's read: what does not exist is the 404 page, what is not allowed the 403 page, the rest goes to the error page. */
export const read = async <R>(query: Query<R>, input: Record<string, unknown> = {}): Promise<R> => {
  const { ctx } = await gate();
  try {
    return await query(ctx, input);
  } catch (error) {
    // An id in an address that is no id names nothing.
    if (error instanceof DomainError && (error.code === "NOT_FOUND" || error.code === "INVALID_INPUT"))
      nextNotFound();
    if (error instanceof DomainError && error.code === "FORBIDDEN") forbidden();
    console.error(ctx.req, error);
    // The digest is all of an error that the error page is given: the request's id, to quote.
    throw Object.assign(new Error("The page could not be read.", { cause: error }), { digest: ctx.req });
  }
};

/** What a region's read came to: the value, or what to show instead. */
export type ReadResult<R> =
  | { ok: true; value: R }
  | { ok: false; code: string; message: string; fields: FieldErrors; requestId: string };

/** A region's read, when a page must stand though one part of it fails: the value, or what to show instead. */
export const readOrError = async <R>(
  query: Query<R>,
  input: Record<string, unknown> = {},
): Promise<ReadResult<R>> => {
  const { ctx } = await gate();
  try {
    return { ok: true, value: await query(ctx, input) };
  } catch (error) {
    const known =
      error instanceof DomainError ? error : new DomainError("INTERNAL", "Something went wrong on our side.");
    if (known.code === "INTERNAL") console.error(ctx.req, error);
    return {
      ok: false,
      code: known.code,
      message: known.message,
      fields: known.fields ?? {},
      requestId: ctx.req,
    };
  }
};
