import type { ActionState } from "#lib/domain/action-state.ts";
import type { FieldErrors } from "#lib/domain/errors.ts";
import type { OperationView } from "#lib/domain/operation.ts";

/** How a change ended: with what the keeper answered, or with a sentence to show. */
export type Performed<R> =
  | { ok: true; result: R; outcome: Record<string, unknown> }
  | { ok: false; message: string; fields: FieldErrors; code: string; requestId: string | null };

const WAIT_MS = 30_000;
const POLL_MS = 400;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const failed = (code: string, message: string, requestId: string | null = null) =>
  ({ ok: false, code, message, fields: {}, requestId }) as const;

const awaitOperation = async (id: string): Promise<OperationView | null> => {
  const until = Date.now() + WAIT_MS;
  while (Date.now() < until) {
    const response = await fetch(`/api/operations/${id}`, { cache: "no-store" }).catch(() => null);
    const view: OperationView | null = response?.ok ? await response.json() : null;
    if (view && (view.state === "done" || view.state === "failed")) return view;
    await sleep(POLL_MS);
  }
  return null;
};

/** Waits for a server action and for the keeper it asks, and says how both ended. */
export const perform = async <R>(call: Promise<ActionState<R>>): Promise<Performed<R>> => {
  const state = await call.catch(() => null);
  if (!state)
    return failed(
      "UNAVAILABLE",
      "The console did not answer. Look whether it was done before you try again.",
    );
  if (!state.ok) return state;
  if (state.operationId === null) return { ok: true, result: state.result, outcome: {} };
  const ended = await awaitOperation(state.operationId);
  if (!ended) {
    return failed(
      "UNAVAILABLE",
      "The request is on record, but no keeper has done it yet. It will be done when one is back.",
    );
  }
  if (ended.state === "failed")
    return failed(ended.error?.code ?? "INTERNAL", ended.error?.message ?? "The keeper could not do it.");
  return { ok: true, result: state.result, outcome: ended.outcome ?? {} };
};

/** A failure as one line, with the request's id to quote. */
export const sentenceOf = (problem: Extract<Performed<unknown>, { ok: false }>): string =>
  problem.requestId
    ? `${problem.message} (${problem.code}, ${problem.requestId})`
    : `${problem.message} (${problem.code})`;
