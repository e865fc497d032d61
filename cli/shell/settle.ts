import { DomainError, isErrorCode } from "#lib/domain/errors.ts";
import type { OperationView } from "#lib/domain/operation.ts";
import type { z } from "#lib/domain/zod.ts";
import type { ServiceContext } from "#lib/services/context.ts";
import type { Changed } from "#lib/services/define-mutation.ts";
import { awaitOperation } from "#lib/services/operations/await-operation.ts";
import type { Cli, Outcome } from "./command.ts";
import { OperationError } from "./operation-error.ts";

const outcomeOf = (view: OperationView, timeoutMs: number): Record<string, unknown> => {
  switch (view.state) {
    case "done":
      return view.outcome ?? {};
    case "failed": {
      const { code = "INTERNAL", message = "" } = view.error ?? {};
      throw new OperationError(isErrorCode(code) ? code : "INTERNAL", message, view.id);
    }
    case "pending":
    case "running":
      throw new OperationError(
        "UNAVAILABLE",
        `No keeper has done this within ${Math.round(timeoutMs / 1000)} s. It stays on record: look with keyfold operation show ${view.id}`,
        view.id,
      );
    default:
      throw new Error(`cli/shell/settle.ts knows no operation state ${view.state satisfies never}`);
  }
};

/** The option of every verb that asks a keeper for something. */
export const NO_WAIT = {
  "no-wait": { type: "boolean", help: "print the operation's id and do not wait for its outcome" },
} as const;

/** Waits for the operation that a mutation asked for and tells its outcome; or, with `--no-wait`, its id. */
export const settle = async <S extends z.ZodType>(
  cli: Cli,
  ctx: ServiceContext,
  changed: Changed<unknown>,
  {
    noWait,
    outcome,
    show,
  }: { noWait: boolean; outcome: S; show: (outcome: z.output<S>) => Pick<Outcome, "json" | "text"> },
): Promise<Outcome> => {
  const id = changed.operationId;
  if (id === null) throw new DomainError("INTERNAL", "Nothing was asked of a keeper.");
  if (noWait)
    return {
      json: { operation: id },
      text: `Asked for: look how it stands with keyfold operation show ${id}`,
    };
  const view = await awaitOperation(ctx, id, { timeoutMs: cli.operationTimeoutMs });
  return show(outcome.parse(outcomeOf(view, cli.operationTimeoutMs)));
};
