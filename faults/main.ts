import { parseArgs } from "node:util";
import { killRewrap } from "./kill-rewrap.ts";

const USAGE = `npm run faults -- kill-rewrap [--kills <number>] [--records <number>] [--json]

Kills a keeper with SIGKILL again and again while it rewraps under traffic, and reads every record back. Prints one line
of JSON, last, on standard output; everything else goes to standard error. Fails when a record was lost or does not open,
when a rewrap did not complete, or when no kill met a running rewrap.`;

const number = (text: string, name: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new TypeError(`--${name} takes a whole number of at least 1.`);
  return value;
};

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      kills: { type: "string", default: "50" },
      records: { type: "string", default: "100000" },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (positionals[0] === "kms" && !values.help) return (await import("./kms.ts")).kmsFaults();
  if (values.help || positionals.length !== 1 || positionals[0] !== "kill-rewrap") {
    console.error(USAGE);
    return values.help ? 0 : 2;
  }
  const { result, problems } = await killRewrap({
    kills: number(values.kills, "kills"),
    records: number(values.records, "records"),
    say: (line) => console.error(line),
  });
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
