import { resolve } from "node:path";
import { recoverDatabase } from "#cli/recover/recover-database.ts";
import { openRestored, type Restored } from "#cli/recover/restored-cluster.ts";
import { createTally } from "#cli/recover/tally.ts";
import { lineWriter } from "#cli/recover/write-lines.ts";
import { type Cli, defineCommand } from "#cli/shell/command.ts";
import { EXIT } from "#cli/shell/exit-code.ts";
import { usageError } from "#cli/shell/parse.ts";
import { loadRootKey, type RootKey } from "#lib/kms/root-key.ts";

type Where = { "data-dir": string | undefined; "database-url": string | undefined; kms: string | undefined };

const checkWhere = (where: Where): void => {
  if ((where["data-dir"] === undefined) === (where["database-url"] === undefined))
    throw usageError("Give either --data-dir <dir> or --database-url <url>.");
  if ((where["database-url"] === undefined) !== (where.kms === undefined))
    throw usageError("--database-url <url> and --kms <dir> go together.");
};

const openSource = async (where: Where, cli: Cli): Promise<Restored> => {
  if (where["data-dir"] !== undefined) return openRestored(where["data-dir"], cli.say);
  return {
    databaseUrl: where["database-url"] ?? "",
    kmsDir: resolve(where.kms ?? ""),
    close: async () => {},
  };
};

const loadRoots = async (files: string): Promise<[RootKey, ...RootKey[]]> => {
  const [first = "", ...others] = files.split(",");
  return [
    await loadRootKey(resolve(first)),
    ...(await Promise.all(others.map((file) => loadRootKey(resolve(file))))),
  ];
};

export const recover = defineCommand({
  usage:
    "recover (--data-dir <dir> | --database-url <url> --kms <dir>) --root <file,…> [--tenant <slug>] [--keks --yes-reveal-keys] [--json]",
  notes: [
    "With --json every field is a line { tenant, collection, record, field, value } on standard output; without it the",
    "fields are opened and counted, and no value is shown. What does not open is named on standard error, and the exit",
    "code is 1. docs/recovery.md says how to make a backup and how to try it.",
  ].join("\n"),
  args: [],
  options: {
    "data-dir": { type: "string", value: "dir", help: "a stopped data directory, or a copy of one" },
    "database-url": {
      type: "string",
      value: "url",
      help: "a restored database: a superuser's login, or the backup login",
    },
    kms: { type: "string", value: "dir", help: "the folder of the CMK files (kms in the data directory)" },
    root: {
      type: "string",
      value: "file,…",
      help: "the root key: 64 hexadecimal characters (root.key in the data directory); several while it changes",
      required: true,
    },
    tenant: { type: "string", value: "slug", help: "this tenant alone" },
    keks: { type: "boolean", help: "write the KEKs too: { key_id, version, kek }" },
    "yes-reveal-keys": { type: "boolean", help: "say that you mean it" },
  },
  writesRecords: true,
  endsItself: true,
  run: async ({ options }, cli) => {
    checkWhere(options);
    if (options.keks && !(options["yes-reveal-keys"] && cli.json))
      throw usageError("--keks writes keys in clear: say --yes-reveal-keys and --json with it.");
    const roots = await loadRoots(options.root);
    const tally = createTally(cli.say);
    const source = await openSource(options, cli);
    try {
      cli.signal.throwIfAborted();
      await recoverDatabase(
        { ...source, roots },
        {
          tenant: options.tenant,
          keks: options.keks,
          write: cli.json ? lineWriter(cli.stdout, cli.signal) : async () => {},
          tally,
          signal: cli.signal,
        },
      );
    } finally {
      await source.close();
    }
    const exit = tally.unopened() === 0 ? EXIT.done : EXIT.failed;
    if (!cli.json) return { text: tally.summary(), exit };
    cli.say(tally.summary());
    return { exit };
  },
});
