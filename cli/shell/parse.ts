import { parseArgs } from "node:util";
import { DomainError } from "#lib/domain/errors.ts";
import type { Command } from "./command.ts";

/** Options that every command takes. */
const COMMON = { json: { type: "boolean" }, help: { type: "boolean", short: "h" } } as const;

export type Parsed =
  | { help: true }
  | {
      help: false;
      json: boolean;
      args: Record<string, string>;
      options: Record<string, string | boolean | undefined>;
    };

/** A command that was called wrongly. */
export const usageError = (sentence: string): DomainError => new DomainError("INVALID_INPUT", sentence);

const parse = (command: Command, parameters: readonly string[]) => {
  try {
    const own = Object.entries(command.options).map(([name, { type }]) => [name, { type }] as const);
    return parseArgs({
      args: [...parameters],
      options: { ...Object.fromEntries(own), ...COMMON },
      allowPositionals: true,
    });
  } catch (error) {
    // Node adds advice about `--` after the first sentence; here no value begins with a dash.
    throw usageError(`${(error as Error).message.split(". To specify")[0]}.`.replace(/\.\.$/, "."));
  }
};

/** The parameters of a command, or a usage error with one sentence. */
export const parseParameters = (command: Command, parameters: readonly string[]): Parsed => {
  const { values, positionals } = parse(command, parameters);
  if (values.help) return { help: true };
  const missing = command.args[positionals.length];
  if (missing !== undefined) throw usageError(`<${missing}> is missing.`);
  const extra = positionals[command.args.length];
  if (extra !== undefined) throw usageError(`"${extra}" is one parameter too many.`);
  const options: Record<string, string | boolean | undefined> = {};
  for (const [name, spec] of Object.entries(command.options)) {
    const value = (values as Record<string, string | boolean | undefined>)[name];
    if (spec.type === "string" && spec.required && value === undefined)
      throw usageError(`--${name} <${spec.value}> is missing.`);
    options[name] = spec.type === "boolean" ? value === true : value;
  }
  const args = Object.fromEntries(command.args.map((name, i) => [name, positionals[i] ?? ""]));
  return { help: false, json: values.json === true, args, options };
};

/** A whole number in an option, or a usage error. */
export const wholeNumber = (
  option: string,
  text: string,
  { min = 1, max }: { min?: number; max: number },
): number => {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw usageError(`--${option} is "${text}": it takes a whole number from ${min} to ${max}.`);
};
