import { parseArgs } from "node:util";
import { benchRewrap } from "./rewrap.ts";

const USAGE = `npm run bench -- rewrap [--rows <number>] [--passes <number>] [--json]

Measures a rewrap against the floor of the same run: one UPDATE of every row. Prints one line of JSON, last, on
standard output; everything else goes to standard error.`;

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
      rows: { type: "string", default: "1000000" },
      passes: { type: "string", default: "5" },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help || positionals.length !== 1 || positionals[0] !== "rewrap") {
    console.error(USAGE);
    return values.help ? 0 : 2;
  }
  const result = await benchRewrap({
    rows: number(values.rows, "rows"),
    passes: number(values.passes, "passes"),
    say: (line) => console.error(line),
  });
  console.log(JSON.stringify(result));
  return 0;
};

try {
  process.exitCode = await main();
} catch (error) {
  const isUsage = error instanceof TypeError && !("code" in error) && error.message.startsWith("--");
  console.error(error instanceof Error ? (isUsage ? error.message : error.stack) : error);
  process.exitCode = isUsage ? 2 : 1;
}
