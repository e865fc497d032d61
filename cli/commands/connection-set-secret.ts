import { createInterface } from "node:readline/promises";
import { WHOSE, WHOSE_USAGE, whoseOf } from "#cli/connections/whose.ts";
import { defineCommand } from "#cli/shell/command.ts";
import { usageError } from "#cli/shell/parse.ts";
import { NO_WAIT, settle } from "#cli/shell/settle.ts";
import { z } from "#lib/domain/zod.ts";
import { fromBase64Url } from "#lib/sealed/bytes.ts";
import { sealSecret } from "#lib/sealed/sealed-secret.ts";
import { getPlatformSealingPlace, getSealingPlace } from "#lib/services/connections/get-sealing-place.ts";
import { setSecret, setPlatformSecret } from "#lib/services/connections/set-secret.ts";

const Set = z.object({ connectionId: z.string(), revision: z.int() });

/** All of standard input, without the line end that a shell adds. Arguments and environments are shown to others; this is not. */
const readSecret = async (input: NodeJS.ReadableStream): Promise<string> => {
  const lines: string[] = [];
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) lines.push(line);
  return lines.join("\n").trim();
};

export const connectionSetSecret = defineCommand({
  usage: `connection set-secret <name> ${WHOSE_USAGE} [--no-wait] [--json] < secret`,
  notes:
    "The secret is read from standard input and sealed here: neither the database nor the console can read it. It cannot be\nshown again, only replaced.",
  args: ["name"],
  options: {
    ...WHOSE,
    ...NO_WAIT,
  },
  run: async ({ args, options }, cli) => {
    const whose = whoseOf(options);
    const { ctx } = await cli.instance();
    const name = { ...whose.raw, connection: args.name };
    const { publicKey, place } = await whose.choose(getSealingPlace, getPlatformSealingPlace)(ctx, name);
    cli.say(`Reading the ${place.field} from standard input.`);
    const secret = await readSecret(cli.stdin);
    if (secret === "") throw usageError("There was no secret on standard input.");
    const sealed = await sealSecret(fromBase64Url(publicKey), place, secret);
    const changed = await whose.choose(setSecret, setPlatformSecret)(ctx, {
      ...name,
      revision: place.revision,
      sealed,
    });
    return settle(cli, ctx, changed, {
      noWait: options["no-wait"],
      outcome: Set,
      show: ({ connectionId, revision }) => ({
        json: { id: connectionId, revision },
        text: `Set the secret of ${args.name}. Test it with: keyfold connection test ${args.name} ${whose.flag}`,
      }),
    });
  },
});
