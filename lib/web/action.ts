import "server-only";
import { revalidatePath } from "next/cache";
import type { ActionState } from "#lib/domain/action-state.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { newRequestId } from "#lib/domain/request-id.ts";
import type { Mutation } from "#lib/services/define-mutation.ts";
import { currentPerson } from "./session.ts";

const asObject = (given: FormData | Record<string, unknown>): Record<string, unknown> =>
  given instanceof FormData
    ? Object.fromEntries([...given].filter(([name]) => !name.startsWith("$ACTION")))
    : given;

/**
 * The one shape of a server action: signed in, then the mutation, which authorises, parses and commits.
 * Known errors come back as data with their code; unknown ones as a request id alone.
 */
export const action =
  <R>(mutation: Mutation<R>) =>
  async (given: FormData | Record<string, unknown>): Promise<ActionState<R>> => {
    let req = newRequestId();
    try {
      const signed = await currentPerson();
      if (!signed) throw new DomainError("UNAUTHENTICATED", "Your session has ended. Sign in again.");
      req = signed.ctx.req;
      const changed = await mutation(signed.ctx, asObject(given));
      revalidatePath("/", "layout");
      return { ok: true, ...changed };
    } catch (error) {
      const known =
        error instanceof DomainError
          ? error
          : new DomainError("INTERNAL", "Something went wrong on our side.");
      if (known.code === "INTERNAL") console.error(req, error);
      return {
        ok: false,
        code: known.code,
        message: known.message,
        fields: known.fields ?? {},
        requestId: req,
      };
    }
  };
