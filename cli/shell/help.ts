import type { Command, CommandEntry, OptionSpecs } from "./command.ts";
import { columns } from "./table.ts";

const optionLines = (options: OptionSpecs): string =>
  columns([
    ...Object.entries(options).map(([name, spec]) => [
      `  --${name}${spec.type === "string" ? ` <${spec.value}>` : ""}`,
      spec.help,
    ]),
    ["  --json", "print one object on one line"],
    ["  --help", "print this"],
  ]);

/** What `keyfold <command> --help` prints. */
export const commandHelp = ({ summary }: CommandEntry, command: Command): string =>
  [
    `keyfold ${command.usage}`,
    `${summary}.`,
    `Options:\n${optionLines(command.options)}`,
    ...(command.notes === undefined ? [] : [command.notes]),
  ].join("\n\n");

/** What `keyfold --help` prints, or the part of it that belongs to one group of commands. */
export const overview = (commands: readonly CommandEntry[]): string =>
  [
    "keyfold <command> [parameters]",
    columns(commands.map(({ name, summary }) => [`  ${name}`, summary])),
    [
      "keyfold <command> --help tells more of one.",
      "Commands talk to the instance that runs on KEYFOLD_DATA_DIR (default: .keyfold beside the code).",
      "Exit codes: 0 done, 1 failed, 2 usage, 3 refused or waiting for approval, 4 not reachable.",
    ].join("\n"),
  ].join("\n\n");
