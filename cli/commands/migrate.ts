import { mkdirSync } from "node:fs";
import { defineCommand } from "#cli/shell/command.ts";
import { usageError } from "#cli/shell/parse.ts";
import { prepareDatabase, prepareRolesSql } from "#cli/supervise/database.ts";
import { wantedDataDir } from "#cli/supervise/settings.ts";

export const migrate = defineCommand({
  usage: "migrate [--print-roles] [--json]",
  notes: [
    "DATABASE_URL is the migrator's, direct and not through a pooler: the database's owner with CREATEROLE, or a superuser.",
    "Without CREATEROLE, --print-roles prints the SQL that a DBA runs once in that database; then migrate needs no more.",
    "The passwords of the logins are kept in credentials.json (0600) in the data directory; the SQL holds only verifiers.",
    "npm start does the same at every start.",
  ].join("\n"),
  args: [],
  options: {
    "print-roles": { type: "boolean", help: "print the SQL that makes the roles, and do nothing else" },
  },
  run: async ({ options }, { env }) => {
    const adminUrl = env.DATABASE_URL;
    if (!adminUrl)
      throw usageError(
        "Set DATABASE_URL to the migrator's URL. The embedded database is migrated by npm start.",
      );
    const dataDir = wantedDataDir(env);
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    if (options["print-roles"]) {
      const sql = await prepareRolesSql(dataDir, adminUrl);
      return { json: { sql }, text: sql };
    }
    const { deploymentId } = await prepareDatabase(dataDir, adminUrl);
    return {
      json: { deployment: deploymentId, migrated: true },
      text: `The database is of this version (deployment ${deploymentId}).`,
    };
  },
});
