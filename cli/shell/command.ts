import type { Writable } from "node:stream";
import type { Instance } from "./instance.ts";
import type { ExitCode } from "./exit-code.ts";

/** What surrounds one run of the command line. */
export type Surroundings = {
  env: NodeJS.ProcessEnv;
  stdin: NodeJS.ReadableStream;
  stdout: Writable;
  stderr: Writable;
  /** Given when the command is asked to end. */
  signal: AbortSignal;
  /** How long a verb waits for a keeper to do what it asked for. */
  operationTimeoutMs: number;
};

/** What a command may use beside its parameters. */
export type Cli = Surroundings & {
  json: boolean;
  /** The running instance; connected on the first call, closed when the command ends. */
  instance: () => Promise<Instance>;
  /** A line for whoever watches, on standard error. */
  say: (line: string) => void;
};

/**
 * How a command ended: the object for `--json`, the text for people, the exit code when it is not 0.
 * A command that has written its output itself gives neither.
 */
export type Outcome = { json?: object; text?: string; exit?: ExitCode };

type TextOption = { type: "string"; value: string; help: string; required?: boolean };
type FlagOption = { type: "boolean"; help: string };
export type OptionSpec = TextOption | FlagOption;
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type ValueOf<S extends OptionSpec> = S extends FlagOption
  ? boolean
  : S extends { required: true }
    ? string
    : string | undefined;

type Given<A extends readonly string[], O extends OptionSpecs> = {
  args: { readonly [K in A[number]]: string };
  options: { readonly [K in keyof O]: ValueOf<O[K]> };
};

/** What is known of a command before its code is loaded. */
export type CommandEntry = {
  /** The words that call it. */
  name: string;
  summary: string;
  load: () => Promise<Command>;
};

/** A command as the dispatcher sees it, its parameters' types forgotten. */
export type Command = {
  /** What follows `keyfold`. */
  usage: string;
  /** More that its help says. */
  notes?: string;
  /** The names of its positional parameters. */
  args: readonly string[];
  options: OptionSpecs;
  /** It writes records to standard output, one a line, as they come: nothing else stands there, no error either. */
  writesRecords?: boolean;
  /** It heeds the signal and puts away what it started. */
  endsItself?: boolean;
  run: (
    given: { args: Record<string, string>; options: Record<string, string | boolean | undefined> },
    cli: Cli,
  ) => Promise<Outcome>;
};

/** A command. Its parameters arrive parsed: required ones are there, flags are booleans. */
export const defineCommand = <const A extends readonly string[], const O extends OptionSpecs>(
  command: Omit<Command, "args" | "options" | "run"> & {
    args: A;
    options: O;
    run: (given: Given<A, O>, cli: Cli) => Promise<Outcome>;
  },
): Command => ({ ...command, run: (given, cli) => command.run(given as Given<A, O>, cli) });
