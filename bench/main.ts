import { parseArgs } from "node:util";

const USAGE = `npm run bench -- <name> [--json]

  rewrap      [--rows <number>] [--passes <number>]    a rewrap against the floor of the same run: one UPDATE of every row
  foreground  [--rows <number>] [--seconds <number>]   what requests over HTTP take before a rewrap and beside one
  crypto      [--passes <number>]                      a field encrypted and decrypted, against bare node:crypto and AWS Encryption SDK
  http        [--seconds <number>]                     /encrypt of 100 items with 3 fields, against a keeper process
  audit       [--events <number>]                      pages, counts, export and sequencing of a log of three months
  lighthouse  [--passes <number>]                      overview, key page and log in the built console (default 3 passes)

Prints one line of JSON, last, on standard output; everything else goes to standard error.`;

type Options = {
  rows: number | undefined;
  passes: number | undefined;
  seconds: number;
  events: number;
  say: (line: string) => void;
};

/** The benches by name; each brings its own libraries only when it is asked for. */
const BENCHES: Readonly<Record<string, (options: Options) => Promise<object>>> = {
  rewrap: async ({ rows = 1_000_000, passes = 5, ...options }) =>
    (await import("./rewrap.ts")).benchRewrap({ ...options, rows, passes }),
  foreground: async ({ rows = 400_000, ...options }) =>
    (await import("./foreground.ts")).benchForeground({ ...options, rows }),
  crypto: async ({ passes = 5, ...options }) =>
    (await import("./crypto.ts")).benchCrypto({ ...options, passes }),
  http: async (options) => (await import("./http.ts")).benchHttp(options),
  audit: async (options) => (await import("./audit.ts")).benchAudit(options),
  lighthouse: async ({ passes = 3, say }) =>
    (await import("./lighthouse/pages.ts")).benchLighthouse({ passes, say }),
};

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
      rows: { type: "string" },
      passes: { type: "string" },
      seconds: { type: "string", default: "30" },
      events: { type: "string", default: "1000000" },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  const bench = positionals.length === 1 ? BENCHES[positionals[0] ?? ""] : undefined;
  if (values.help || !bench) {
    console.error(USAGE);
    return values.help ? 0 : 2;
  }
  const result = await bench({
    rows: values.rows === undefined ? undefined : number(values.rows, "rows"),
    passes: values.passes === undefined ? undefined : number(values.passes, "passes"),
    seconds: number(values.seconds, "seconds"),
    events: number(values.events, "events"),
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
