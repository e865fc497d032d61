import { setTimeout as sleep } from "node:timers/promises";
import { loadSample } from "#cli/sample/load.ts";
import { type Cli, defineCommand } from "#cli/shell/command.ts";
import { EXIT } from "#cli/shell/exit-code.ts";
import { wholeNumber } from "#cli/shell/parse.ts";
import { count } from "#cli/shell/table.ts";
import { readInstance } from "#cli/supervise/instance-file.ts";
import { SAMPLE_BEGINS } from "#cli/supervise/sample.ts";
import { hasHadTenants } from "#db/queries/sample.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { SAMPLE_RECORDS, SAMPLE_RECORDS_MAX } from "#lib/domain/sample.ts";
import type { ServiceContext } from "#lib/services/context.ts";
import { getSample } from "#lib/services/sample/get-sample.ts";

const WATCH_MS = 1_000;
const TELL_MS = 3_000;

/** Waits for a loader that may still be at work elsewhere: until it has ended, or has not been heard of for long enough. */
const untilNobodyLoads = async (ctx: ServiceContext, signal: AbortSignal): Promise<void> => {
  for (;;) {
    const { sample } = await getSample(ctx, {});
    if (sample?.state !== "loading" || sample.stalled) return;
    await sleep(WATCH_MS, undefined, { signal });
  }
};

/** Is there something to load? On a database that is in use nothing is, unless a run was cut short. */
const isWanted = async (ctx: ServiceContext): Promise<boolean> => {
  const { sample } = await getSample(ctx, {});
  if (sample) return sample.state === "loading";
  return !(await withOperator(ctx.db, hasHadTenants));
};

const teller = (cli: Cli): ((written: number, total: number) => void) => {
  let toldAt = performance.now();
  return (written, total) => {
    if (performance.now() - toldAt < TELL_MS) return;
    toldAt = performance.now();
    cli.say(`${count(written)} of ${count(total)} records`);
  };
};

export const sampleLoad = defineCommand({
  usage: "sample load [--records <number>] [--if-empty] [--json]",
  notes: "A run that was cut short goes on where it was. Remove it with keyfold sample remove.",
  args: [],
  options: {
    records: {
      type: "string",
      value: "number",
      help: `for each tenant (default ${count(SAMPLE_RECORDS)})`,
    },
    "if-empty": { type: "boolean", help: "only when there has never been a tenant, or a run was cut short" },
  },
  run: async ({ options }, cli) => {
    const records = wholeNumber("records", options.records ?? String(SAMPLE_RECORDS), {
      max: SAMPLE_RECORDS_MAX,
    });
    const { ctx, dataDir } = await cli.instance();
    if (options["if-empty"] && !(await isWanted(ctx)))
      return { json: { loaded: false }, text: "This database is in use: no sample was loaded." };
    const url = readInstance(dataDir)?.keeperUrl ?? cli.env.KEYFOLD_KEEPER_URL;
    if (!url)
      throw new DomainError("UNAVAILABLE", `Keyfold does not run on ${dataDir}: start it with npm start.`);
    await untilNobodyLoads(ctx, cli.signal);
    if ((await getSample(ctx, {})).sample?.state === "loaded")
      return { json: { loaded: false }, text: "The sample is there already." };
    cli.say(SAMPLE_BEGINS);
    const whole = await loadSample(ctx, { url, records, signal: cli.signal, tell: teller(cli) });
    const { sample } = await getSample(ctx, {});
    return whole
      ? {
          json: { loaded: true, tenants: sample?.tenants ?? [], records: sample?.written ?? 0 },
          text: `The sample is there: ${count(sample?.written ?? 0)} records of ${count(sample?.tenants.length ?? 0)} tenants.`,
        }
      : {
          json: { loaded: false },
          text: "The sample was removed while it was loaded.",
          exit: EXIT.failed,
        };
  },
});
