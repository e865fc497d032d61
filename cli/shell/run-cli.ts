import { once } from "node:events";
import { COMMANDS } from "#cli/commands.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { Cli, Command, CommandEntry, Surroundings } from "./command.ts";
import { EXIT, type ExitCode, exitCodeOf } from "./exit-code.ts";
import { commandHelp, overview } from "./help.ts";
import type { Instance } from "./instance.ts";
import { OperationError } from "./operation-error.ts";
import { parseParameters, usageError } from "./parse.ts";

const write = async (stream: Surroundings["stdout"], text: string): Promise<void> => {
  if (!stream.write(`${text}\n`)) await once(stream, "drain");
};

/** The command that the first words name, and what follows them. */
const findCommand = (argv: readonly string[]): { entry: CommandEntry; rest: string[] } | undefined => {
  for (const words of [2, 1]) {
    const entry = COMMANDS.find(({ name }) => name === argv.slice(0, words).join(" "));
    if (entry) return { entry, rest: argv.slice(words) };
  }
  return undefined;
};

const groupOf = (word: string | undefined): CommandEntry[] =>
  COMMANDS.filter(({ name }) => name.startsWith(`${word} `));

const unknown = (argv: readonly string[]): DomainError => {
  const group = groupOf(argv[0]);
  if (group.length > 0) {
    const verbs = group.map(({ name }) => name.split(" ")[1]).join(", ");
    const wrong = argv[1] === undefined ? "" : `knows no "${argv[1]}": it `;
    return usageError(`keyfold ${argv[0]} ${wrong}needs one of: ${verbs}.`);
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

/** What is wrong with one field: a sentence of its own, or words that its name begins. */
const faultsOf = (name: string, faults: readonly string[]): string =>
  faults.map((fault) => (fault.endsWith(".") ? fault : `${name} ${fault}.`)).join(" ");

const sentenceOf = (error: DomainError): string => {
  const faults = Object.entries(error.fields ?? {});
  if (faults.length === 0) return error.message;
  // The message of input that is wrong is a form's, which shows each fault beside its field.
  if (error.code === "INVALID_INPUT") return faults.map(([name, all]) => faultsOf(name, all)).join(" ");
  return `${error.message} (${faults.map(([name, all]) => `${name} ${all.join(", ")}`).join("; ")})`;
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

/** What talks to a database is loaded when one is talked to. */
const connectTo = async (env: NodeJS.ProcessEnv): Promise<Instance> =>
  (await import("./instance.ts")).openInstance(env);

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
  let command: Command | undefined;
  let instance: Promise<Instance> | undefined;
  try {
    if (!found) throw unknown(argv);
    command = await found.entry.load();
    const parsed = parseParameters(command, found.rest);
    if (parsed.help) {
      await write(around.stdout, commandHelp(found.entry, command));
      return EXIT.done;
    }
    const cli: Cli = {
      ...around,
      json: parsed.json,
      instance: () => (instance ??= connectTo(around.env)),
      say: (line) => void around.stderr.write(`${line}\n`),
    };
    const running = command.run(parsed, cli);
    // A command with something to put away ends by itself; of the others nothing is left behind.
    const outcome = await (command.endsItself
      ? running
      : Promise.race([running, interrupted(around.signal)]));
    const output = parsed.json ? outcome.json && JSON.stringify(outcome.json) : outcome.text;
    if (output !== undefined) await write(around.stdout, output);
    return outcome.exit ?? EXIT.done;
  } catch (error) {
    if (around.signal.aborted) return EXIT.failed;
    const json = argv.includes("--json") && !command?.writesRecords;
    const opened = await instance?.catch(() => undefined);
    return report(safe(error, opened, around), around, { command, json });
  } finally {
    await instance?.then(
      (one) => one.close(),
      () => {},
    );
  }
};
