import { createInterface } from "node:readline/promises";
import { defineCommand } from "#cli/shell/command.ts";
import { usageError } from "#cli/shell/parse.ts";
import { NO_WAIT, settle } from "#cli/shell/settle.ts";
import { z } from "#lib/domain/zod.ts";
import { fromBase64Url } from "#lib/sealed/bytes.ts";
import { sealSecret } from "#lib/sealed/sealed-secret.ts";
import { getSealingPlace } from "#lib/services/connections/get-sealing-place.ts";
import { setSecret } from "#lib/services/connections/set-secret.ts";

const Set = z.object({ connectionId: z.string(), revision: z.int() });

/** All of standard input, without the line end that a shell adds. Arguments and environments are shown to others; this is not. */
const readSecret = async (input: NodeJS.ReadableStream): Promise<string> => {
  const lines: string[] = [];
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) lines.push(line);
  return lines.join("\n").trim();
};

export const connectionSetSecret = defineCommand({
  usage: "connection set-secret <name> --tenant <slug> [--no-wait] [--json] < secret",
  notes:
    "The secret is read from standard input and sealed here: neither the database nor the console can read it. It cannot be\nshown again, only replaced.",
  args: ["name"],
  options: {
    tenant: { type: "string", value: "slug", help: "whose connection it is", required: true },
    ...NO_WAIT,
  },
  run: async ({ args, options }, cli) => {
    const { ctx } = await cli.instance();
    const name = { tenant: options.tenant, connection: args.name };
    const { publicKey, place } = await getSealingPlace(ctx, name);
    cli.say(`Reading the ${place.field} from standard input.`);
    const secret = await readSecret(cli.stdin);
    if (secret === "") throw usageError("There was no secret on standard input.");
    const sealed = await sealSecret(fromBase64Url(publicKey), place, secret);
    const changed = await setSecret(ctx, { ...name, revision: place.revision, sealed });
    return settle(cli, ctx, changed, {
      noWait: options["no-wait"],
      outcome: Set,
      show: ({ connectionId, revision }) => ({
        json: { id: connectionId, revision },
        text: `Set the secret of ${args.name}. Test it with: keyfold connection test ${args.name} --tenant ${options.tenant}`,
      }),
    });
  },
});
