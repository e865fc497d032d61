import type { ActionState } from "#lib/domain/action-state.ts";
import type { FieldErrors } from "#lib/domain/errors.ts";
import type { OperationView } from "#lib/domain/operation.ts";

/** How a change ended: with what the keeper answered, or with a sentence to show. */
export type Performed<R> =
  | { ok: true; result: R; outcome: Record<string, unknown> }
  | {
      ok: false;
      message: string;
      fields: FieldErrors;
      code: string;
      requestId: string | null;
      /** Who said no: the console before anything was asked, a keeper, or nobody so far. */
      stage: "refused" | "failed" | "unknown";
    };

export type OperationState = OperationView["state"];

type Waiting = {
  waitMs?: number;
  /** Told how the operation stands, each time that is another. */
  onState?: (state: OperationState) => void;
};

const WAIT_MS = 30_000;
const POLL_MS = 400;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const UNANSWERED = "The console did not answer. Look whether it was done before you try again.";
const LATE: Readonly<Record<"pending" | "running", string>> = {
  pending: "The request is on record, but no keeper has done it yet. It will be done when one is back.",
  running: "A keeper is still at it. Look again in a moment how it ended.",
};

const unknown = (message: string, requestId: string | null = null) =>
  ({ ok: false, code: "UNAVAILABLE", message, fields: {}, requestId, stage: "unknown" }) as const;

/** The operation as it was last seen: ended, or how it stood when nobody waited any longer. */
const awaitOperation = async (
  id: string,
  { waitMs = WAIT_MS, onState }: Waiting,
): Promise<OperationView | null> => {
  const until = Date.now() + waitMs;
  let last: OperationView | null = null;
  while (Date.now() < until) {
    const response = await fetch(`/api/operations/${id}`, { cache: "no-store" }).catch(() => null);
    const view: OperationView | null = response?.ok ? await response.json() : null;
    if (view) onState?.(view.state);
    if (view?.state === "done" || view?.state === "failed") return view;
    last = view ?? last;
    await sleep(POLL_MS);
  }
  return last;
};

/** Waits for a server action and for the keeper it asks, and says how both ended. */
export const perform = async <R>(
  call: Promise<ActionState<R>>,
  waiting: Waiting = {},
): Promise<Performed<R>> => {
  const state = await call.catch(() => null);
  if (!state) return unknown(UNANSWERED);
  if (!state.ok) return { ...state, stage: "refused" };
  if (state.operationId === null) return { ok: true, result: state.result, outcome: {} };
  const ended = await awaitOperation(state.operationId, waiting);
  if (ended === null) return unknown(LATE.pending);
  if (ended.state === "pending" || ended.state === "running") return unknown(LATE[ended.state], ended.req);
  if (ended.state === "failed") {
    const { code, message } = ended.error ?? { code: "INTERNAL", message: "The keeper could not do it." };
    return { ok: false, code, message, fields: {}, requestId: ended.req, stage: "failed" };
  }
  return { ok: true, result: state.result, outcome: ended.outcome ?? {} };
};

/** A failure as one line, with the request's id to quote. */
export const sentenceOf = (problem: Extract<Performed<unknown>, { ok: false }>): string =>
  problem.requestId
    ? `${problem.message} (${problem.code}, ${problem.requestId})`
    : `${problem.message} (${problem.code})`;
