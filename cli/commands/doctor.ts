import { join } from "node:path";
import { checkAnchor } from "#cli/doctor/check-anchor.ts";
import { checkDatabase } from "#cli/doctor/check-database.ts";
import { checkFiles } from "#cli/doctor/check-files.ts";
import { checkKeeper } from "#cli/doctor/check-keeper.ts";
import { type Check, failed, type Finding, ok, warning } from "#cli/doctor/check.ts";
import { type Cli, defineCommand } from "#cli/shell/command.ts";
import { EXIT } from "#cli/shell/exit-code.ts";
import { columns } from "#cli/shell/table.ts";
import { wantedDataDir } from "#cli/supervise/settings.ts";
import { DomainError } from "#lib/domain/errors.ts";

const NODE_ADVISED = [24, 22, 1] as const;

const nodeFinding = (): Finding => {
  const have = process.versions.node.split(".").map(Number);
  const at = NODE_ADVISED.findIndex((part, i) => have[i] !== part);
  const isAdvised = at === -1 || (have[at] ?? 0) > (NODE_ADVISED[at] ?? 0);
  if (isAdvised) return ok(process.versions.node);
  const [lacks, advised] = [`${process.versions.node} lacks security fixes`, NODE_ADVISED.join(".")];
  return warning(
    process.execPath.includes(join("node_modules", "node"))
      ? `${lacks} of ${advised}; Keyfold brings it, and runs on yours when you start it with Node 24 in that version or newer`
      : `${lacks}: ${advised} or newer is advised`,
  );
};

const liveChecks = async (cli: Cli): Promise<Check[]> => {
  try {
    const instance = await cli.instance();
    return [await checkDatabase(instance), ...(await checkKeeper(instance)), await checkAnchor(instance)];
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return [{ name: "database", ...failed(error.message) }];
  }
};

export const doctor = defineCommand({
  usage: "doctor [--json]",
  notes:
    "Of secrets it says whether they are there, who may read them and how old they are, never what they are.",
  args: [],
  options: {},
  run: async (_, cli) => {
    const checks: Check[] = [
      { name: "node", ...nodeFinding() },
      ...checkFiles(wantedDataDir(cli.env)),
      ...(await liveChecks(cli)),
    ];
    const isWell = checks.every(({ status }) => status !== "failed");
    return {
      json: { ok: isWell, checks: checks.map(({ name, status, message }) => ({ name, status, message })) },
      text: columns(checks.map(({ name, status, message }) => [status, name, message])),
      exit: isWell ? EXIT.done : EXIT.failed,
    };
  },
});
