import { parseArgs } from "node:util";

/** Whole numbers that were given, by their names. */
export type Given<N extends string> = Partial<Record<N, number>>;
/** What a run found out, and what is wrong with that. */
export type Outcome = { result: object; problems?: readonly string[] };

type Tool<N extends string> = {
  usage: string;
  /** The numbers that may be given, as `--name <number>`. */
  numbers: readonly N[];
  /** What can be run, by name. */
  runs: Readonly<Record<string, (given: Given<N>) => Promise<Outcome>>>;
};

const EXIT = { good: 0, failed: 1, usage: 2 };

class Usage extends Error {}

const numberOf = (name: string, text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Usage(`--${name} takes a whole number of at least 1.`);
  return value;
};

const parse = (names: readonly string[], parameters: string[]) => {
  const flag = { type: "boolean" } as const;
  const numbers = Object.fromEntries(names.map((name) => [name, { type: "string" } as const]));
  try {
    return parseArgs({
      args: parameters,
      allowPositionals: true,
      options: { ...numbers, json: flag, help: flag },
    });
  } catch (error) {
    // An option that is not known, or one without its value.
    throw new Usage(error instanceof Error ? error.message : "The parameters could not be read.");
  }
};

const perform = async <N extends string>(
  { usage, numbers, runs }: Tool<N>,
  parameters: string[],
): Promise<number> => {
  const { values, positionals } = parse(numbers, parameters);
  const [name = "", ...more] = positionals;
  const run = more.length === 0 && Object.hasOwn(runs, name) ? runs[name] : undefined;
  if (values.help || !run) {
    console.error(usage);
    return values.help ? EXIT.good : EXIT.usage;
  }
  const given: Given<N> = {};
  for (const number of numbers) {
    const text = (values as Record<string, string | boolean | undefined>)[number];
    if (typeof text === "string") given[number] = numberOf(number, text);
  }
  const { result, problems = [] } = await run(given);
  for (const problem of problems) console.error(`FAILED: ${problem}`);
  console.log(JSON.stringify(result));
  return problems.length === 0 ? EXIT.good : EXIT.failed;
};

/**
 * Runs what the parameters name and prints its result as one line of JSON, last, on standard output. Returns how the
 * process is to end: 1 when something is wrong with the result, 2 when it is with the parameters.
 */
export const runNamed = async <N extends string>(
  tool: Tool<N>,
  parameters: string[] = process.argv.slice(2),
): Promise<number> => {
  try {
    return await perform(tool, parameters);
  } catch (error) {
    const isUsage = error instanceof Usage;
    console.error(isUsage ? error.message : error);
    return isUsage ? EXIT.usage : EXIT.failed;
  }
};

/** Where everything but the result goes. */
export const say = (line: string): void => console.error(line);
