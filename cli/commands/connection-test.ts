import { preflightText } from "#cli/connections/connection-text.ts";
import { WHOSE, WHOSE_USAGE, whoseOf } from "#cli/connections/whose.ts";
import { defineCommand } from "#cli/shell/command.ts";
import { EXIT } from "#cli/shell/exit-code.ts";
import { NO_WAIT, settle } from "#cli/shell/settle.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { z } from "#lib/domain/zod.ts";
import { getConnection, getPlatformConnection } from "#lib/services/connections/get-connection.ts";
import { testConnection, testPlatformConnection } from "#lib/services/connections/test-connection.ts";

const Tested = z.object({ preflight: z.string(), passed: z.boolean() });

export const connectionTest = defineCommand({
  usage: `connection test <name> ${WHOSE_USAGE} [--no-wait] [--json]`,
  notes: "Exit code 1 when a step that is needed fails. Every test is kept.",
  args: ["name"],
  options: {
    ...WHOSE,
    ...NO_WAIT,
  },
  run: async ({ args, options }, cli) => {
    const whose = whoseOf(options);
    const { ctx } = await cli.instance();
    const name = { ...whose.raw, connection: args.name };
    const noWait = options["no-wait"];
    const shown: { id?: string } = {};
    const settled = await settle(
      cli,
      ctx,
      await whose.choose(testConnection, testPlatformConnection)(ctx, name),
      {
        noWait,
        outcome: Tested,
        show: ({ preflight }) => {
          shown.id = preflight;
          return {};
        },
      },
    );
    if (noWait) return settled;
    const { tests } = await whose.choose(getConnection, getPlatformConnection)(ctx, name);
    const test = tests.find(({ id }) => id === shown.id);
    if (!test) throw new DomainError("INTERNAL", "The test was not kept.");
    return {
      json: test,
      text: `${preflightText(test)}\n${test.passed ? "The connection works." : "The connection does not work yet."}`,
      ...(!test.passed && { exit: EXIT.failed }),
    };
  },
});
