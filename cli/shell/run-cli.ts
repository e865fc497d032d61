import { once } from "node:events";
import { COMMANDS } from "#cli/commands.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { Cli, Command, Surroundings } from "./command.ts";
import { EXIT, type ExitCode, exitCodeOf } from "./exit-code.ts";
import { commandHelp, overview } from "./help.ts";
import { openInstance, type Instance } from "./instance.ts";
import { parseParameters, usageError } from "./parse.ts";
import { OperationError } from "./settle.ts";

const write = async (stream: Surroundings["stdout"], text: string): Promise<void> => {
  if (!stream.write(`${text}\n`)) await once(stream, "drain");
};

/** The command that the first words name, and what follows them. */
const findCommand = (argv: readonly string[]): { command: Command; rest: string[] } | undefined => {
  for (const words of [2, 1]) {
    const command = COMMANDS.find(({ name }) => name === argv.slice(0, words).join(" "));
    if (command) return { command, rest: argv.slice(words) };
  }
  return undefined;
};

const groupOf = (word: string | undefined): Command[] =>
  COMMANDS.filter(({ name }) => name.startsWith(`${word} `));

const unknown = (argv: readonly string[]): DomainError => {
  const group = groupOf(argv[0]);
  if (group.length > 0) {
    const verbs = group.map(({ name }) => name.split(" ")[1]).join(", ");
    return usageError(`keyfold ${argv[0]} needs one of: ${verbs}.`);
  }
  return usageError(
    argv[0] === undefined ? "Say what to do." : `"${argv[0]}" is no command. keyfold --help lists them.`,
  );
};

/** An error that is safe to print: others stay a code and the request's id. */
const safe = (error: unknown, instance: Instance | undefined, { env, stderr }: Surroundings): DomainError => {
  if (error instanceof DomainError) return error;
  if (env.KEYFOLD_DEBUG) stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  const request = instance ? ` (${instance.ctx.req})` : "";
  return new DomainError("INTERNAL", `Something went wrong on our side${request}.`, { cause: error });
};

const sentenceOf = (error: DomainError): string => {
  const fields = Object.entries(error.fields ?? {}).map(([name, faults]) => `${name} ${faults.join(", ")}`);
  return [error.message, ...(fields.length === 0 ? [] : [`(${fields.join("; ")})`])].join(" ");
};

const report = async (
  error: DomainError,
  { stdout, stderr }: Surroundings,
  { command, json }: { command: Command | undefined; json: boolean },
): Promise<ExitCode> => {
  const message = sentenceOf(error);
  const exit = exitCodeOf(error.code);
  const usage =
    exit === EXIT.usage
      ? `\nUsage: keyfold ${command?.usage ?? "<command> [parameters]; keyfold --help lists the commands"}`
      : "";
  await write(stderr, `keyfold: ${message} [${error.code}]${usage}`);
  if (json) {
    const operation = error instanceof OperationError ? { operation: error.operation } : {};
    await write(stdout, JSON.stringify({ error: { code: error.code, message, ...operation } }));
  }
  return exit;
};

const interrupted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

/** Runs one command line and returns its exit code. */
export const runCli = async (argv: readonly string[], around: Surroundings): Promise<number> => {
  const [first, second] = argv;
  if (first === "help" || first === "--help" || first === "-h") {
    await write(around.stdout, overview(COMMANDS));
    return EXIT.done;
  }
  if (groupOf(first).length > 0 && (second === "--help" || second === "-h")) {
    await write(around.stdout, overview(groupOf(first)));
    return EXIT.done;
  }

  const found = findCommand(argv);
  let instance: Promise<Instance> | undefined;
  try {
    if (!found) throw unknown(argv);
    const parsed = parseParameters(found.command, found.rest);
    if (parsed.help) {
      await write(around.stdout, commandHelp(found.command));
      return EXIT.done;
    }
    const cli: Cli = {
      ...around,
      json: parsed.json,
      instance: () => (instance ??= openInstance(around.env)),
      say: (line) => void around.stderr.write(`${line}\n`),
    };
    const running = found.command.run(parsed, cli);
    // A command with something to put away ends by itself; of the others nothing is left behind.
    const outcome = await (found.command.endsItself
      ? running
      : Promise.race([running, interrupted(around.signal)]));
    const output = parsed.json ? outcome.json && JSON.stringify(outcome.json) : outcome.text;
    if (output !== undefined) await write(around.stdout, output);
    return outcome.exit ?? EXIT.done;
  } catch (error) {
    if (around.signal.aborted) return EXIT.failed;
    const json = argv.includes("--json") && !found?.command.writesRecords;
    const opened = await instance?.catch(() => undefined);
    return report(safe(error, opened, around), around, { command: found?.command, json });
  } finally {
    await instance?.then(
      (one) => one.close(),
      () => {},
    );
  }
};
