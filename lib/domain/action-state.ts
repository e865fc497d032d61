import type { FieldErrors } from "./errors.ts";

/** What a form's action answers: the result, or a code, a sentence, field errors and the request's id. */
export type ActionState<R> =
  | { ok: true; result: R; operationId: string | null }
  | { ok: false; code: string; message: string; fields: FieldErrors; requestId: string };
