import { defineCommand } from "#cli/shell/command.ts";
import { notFound } from "#lib/domain/errors.ts";
import { isUuid } from "#lib/domain/ids.ts";
import { getOperation } from "#lib/services/operations/get-operation.ts";

export const operationShow = defineCommand({
  usage: "operation show <id> [--json]",
  args: ["id"],
  options: {},
  run: async ({ args }, cli) => {
    const { ctx } = await cli.instance();
    if (!isUuid(args.id)) throw notFound("operation");
    const { id, kind, state, outcome, error } = await getOperation(ctx, { id: args.id });
    const rest = error
      ? `: ${error.message} [${error.code}]`
      : outcome
        ? `: ${JSON.stringify(outcome)}`
        : ".";
    return { json: { id, kind, state, outcome, error }, text: `${kind} is ${state}${rest}` };
  },
});
