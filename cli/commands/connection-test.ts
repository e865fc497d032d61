import { preflightText } from "#cli/connections/connection-text.ts";
import { defineCommand } from "#cli/shell/command.ts";
import { EXIT } from "#cli/shell/exit-code.ts";
import { NO_WAIT, settle } from "#cli/shell/settle.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { z } from "#lib/domain/zod.ts";
import { getConnection } from "#lib/services/connections/get-connection.ts";
import { testConnection } from "#lib/services/connections/test-connection.ts";

const Tested = z.object({ preflight: z.string(), passed: z.boolean() });

export const connectionTest = defineCommand({
  usage: "connection test <name> --tenant <slug> [--no-wait] [--json]",
  notes: "Exit code 1 when a step that is needed fails. Every test is kept.",
  args: ["name"],
  options: {
    tenant: { type: "string", value: "slug", help: "whose connection it is", required: true },
    ...NO_WAIT,
  },
  run: async ({ args, options }, cli) => {
    const { ctx } = await cli.instance();
    const name = { tenant: options.tenant, connection: args.name };
    const noWait = options["no-wait"];
    const shown: { id?: string } = {};
    const settled = await settle(cli, ctx, await testConnection(ctx, name), {
      noWait,
      outcome: Tested,
      show: ({ preflight }) => {
        shown.id = preflight;
        return {};
      },
    });
    if (noWait) return settled;
    const { tests } = await getConnection(ctx, name);
    const test = tests.find(({ id }) => id === shown.id);
    if (!test) throw new DomainError("INTERNAL", "The test was not kept.");
    return {
      json: test,
      text: `${preflightText(test)}\n${test.passed ? "The connection works." : "The connection does not work yet."}`,
      ...(!test.passed && { exit: EXIT.failed }),
    };
  },
});
