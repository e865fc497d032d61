import { parseArgs } from "node:util";
import { type FaultOptions, runDatabaseFault, type Strike } from "./database-scene.ts";
import { exhaustConnections } from "./exhaust-connections.ts";
import { fillDisk } from "./fill-disk.ts";
import { killRewrap } from "./kill-rewrap.ts";
import { restartDatabase } from "./restart-database.ts";
import { newFolder, newSmallDisk } from "./small-disk.ts";

const USAGE = `npm run faults -- kill-rewrap [--kills <number>] [--records <number>] [--json]
npm run faults -- restart-database | exhaust-connections | fill-disk [--rounds <number>] [--records <number>] [--json]
npm run faults -- kms

kill-rewrap kills a keeper with SIGKILL again and again while it rewraps under traffic, and reads every record back. It
fails when a record was lost or does not open, when a rewrap did not complete, or when no kill met a running rewrap.

The others strike the database under traffic, with one keeper that is never restarted. They fail when anything but
"not available" was answered meanwhile, when a confirmed write was lost, when there is a change without its event or an
event without its change, when the log does not verify, or when the keeper ended. fill-disk mounts a small tmpfs: root.

Each prints one line of JSON, last, on standard output; everything else goes to standard error.`;

const SMALL_DISK_MB = 400;

const number = (text: string, name: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new TypeError(`--${name} takes a whole number of at least 1.`);
  return value;
};

type Run = (values: { kills: string; records?: string; rounds: string }) => Promise<{
  result: object;
  problems: string[];
}>;

const say = (line: string): void => console.error(line);

const strike =
  (what: Strike, place = newFolder): Run =>
  async ({ rounds, records = "500" }) => {
    const options: FaultOptions = {
      rounds: number(rounds, "rounds"),
      records: number(records, "records"),
      say,
    };
    const { path, remove } = place();
    try {
      return await runDatabaseFault(path, what, options);
    } finally {
      remove();
    }
  };

const FAULTS: Record<string, Run> = {
  "kill-rewrap": ({ kills, records = "100000" }) =>
    killRewrap({ kills: number(kills, "kills"), records: number(records, "records"), say }),
  "restart-database": strike(restartDatabase),
  "exhaust-connections": strike(exhaustConnections),
  "fill-disk": strike(fillDisk, () => newSmallDisk(SMALL_DISK_MB)),
};

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      kills: { type: "string", default: "50" },
      rounds: { type: "string", default: "3" },
      records: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (positionals[0] === "kms" && !values.help) return (await import("./kms.ts")).kmsFaults();
  const run = positionals.length === 1 ? FAULTS[positionals[0] ?? ""] : undefined;
  if (values.help || !run) {
    console.error(USAGE);
    return values.help ? 0 : 2;
  }
  const { result, problems } = await run(values);
  for (const problem of problems) console.error(`FAILED: ${problem}`);
  console.log(JSON.stringify(result));
  return problems.length === 0 ? 0 : 1;
};

try {
  process.exitCode = await main();
} catch (error) {
  const isUsage = error instanceof TypeError && error.message.startsWith("--");
  console.error(isUsage ? error.message : error);
  process.exitCode = isUsage ? 2 : 1;
}
