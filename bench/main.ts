import { runNamed, say } from "./run-named.ts";

const USAGE = `npm run bench -- <name> [--json]

  rewrap      [--rows <number>] [--passes <number>]    a rewrap against the floor of the same run: one UPDATE of every row
                                                       (1,000,000 rows, 5 passes)
  foreground  [--rows <number>] [--seconds <number>]   what requests over HTTP take before a rewrap and beside one
                                                       (400,000 rows, 60 seconds of each)
  crypto      [--passes <number>]                      a field encrypted and decrypted, against bare node:crypto and AWS
                                                       Encryption SDK (5 passes)
  http        [--seconds <number>]                     /encrypt of 100 items with 3 fields, against a keeper process
                                                       (30 seconds)
  audit       [--events <number>]                      pages, counts, export and sequencing of a log of three months
                                                       (1,000,000 events)
  lighthouse  [--passes <number>]                      overview, key page and log in the built console (3 passes)

Prints one line of JSON, last, on standard output; everything else goes to standard error. A rate is printed only when
the rows or fields that really changed are as many as were asked for.`;

/** What a line holds. All else that was measured is said before it. */
const only = <T extends object, K extends keyof T & string>(measured: T, ...names: K[]): Pick<T, K> => {
  const entries = Object.entries(measured);
  const isNamed = ([name]: [string, unknown]): boolean => (names as string[]).includes(name);
  say(JSON.stringify(Object.fromEntries(entries.filter((entry) => !isNamed(entry)))));
  return Object.fromEntries(entries.filter(isNamed)) as Pick<T, K>;
};

/** Each bench brings its own libraries only when it is asked for. */
process.exitCode = await runNamed({
  usage: USAGE,
  numbers: ["rows", "passes", "seconds", "events"],
  runs: {
    rewrap: async ({ rows = 1_000_000, passes = 5 }) => ({
      result: await (await import("./rewrap.ts")).benchRewrap({ rows, passes, say }),
    }),
    foreground: async ({ rows = 400_000, seconds = 60 }) => ({
      result: only(
        await (await import("./foreground.ts")).benchForeground({ rows, seconds, say }),
        "p99_read_before",
        "p99_read_during",
        "p99_write_before",
        "p99_write_during",
        "idle_spread",
      ),
    }),
    crypto: async ({ passes = 5 }) => ({
      result: only(
        await (await import("./crypto.ts")).benchCrypto({ passes, say }),
        "encrypt_ratio",
        "decrypt_ratio",
        "esdk_ratio",
        "esdk_cached_ratio",
      ),
    }),
    http: async ({ seconds = 30 }) => ({
      result: only(await (await import("./http.ts")).benchHttp({ seconds, say }), "fields_per_s", "p99_ms"),
    }),
    audit: async ({ events = 1_000_000 }) => ({
      result: await (await import("./audit.ts")).benchAudit({ events, say }),
    }),
    lighthouse: async ({ passes = 3 }) => ({
      result: await (await import("./lighthouse/pages.ts")).benchLighthouse({ passes, say }),
    }),
  },
});
