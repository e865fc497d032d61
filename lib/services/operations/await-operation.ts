import { setTimeout as sleep } from "node:timers/promises";
import { DomainError } from "#lib/domain/errors.ts";
import type { OperationView } from "#lib/domain/operation.ts";
import type { ServiceContext } from "../context.ts";
import { getOperation } from "./get-operation.ts";

const FIRST_POLL_MS = 40;
const POLL_MS_MAX = 500;

export const hasOperationEnded = ({ state }: Pick<OperationView, "state">): boolean =>
  state === "done" || state === "failed";

/**
 * Waits until an operation has ended, or until `timeoutMs` is over: then it comes back as it stands, and nothing is
 * lost, because a keeper performs it when there is one again.
 *
 * @throws what `getOperation` throws; a database that is away for a moment is waited for.
 */
export const awaitOperation = async (
  ctx: ServiceContext,
  id: string,
  { timeoutMs }: { timeoutMs: number },
): Promise<OperationView> => {
  const deadline = performance.now() + timeoutMs;
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * 1.5, POLL_MS_MAX)) {
    const left = deadline - performance.now();
    try {
      const view = await getOperation(ctx, { id });
      if (hasOperationEnded(view) || left <= 0) return view;
    } catch (error) {
      if (!(error instanceof DomainError && error.retryable) || left <= 0) throw error;
    }
    await sleep(Math.min(pause, Math.max(left, 0)));
  }
};
