import { defineCommand } from "#cli/shell/command.ts";
import { EXIT } from "#cli/shell/exit-code.ts";
import { inDataDir } from "#cli/shell/instance.ts";
import { count } from "#cli/shell/table.ts";
import { REASONS } from "#lib/audit/reasons.ts";
import type { LogVerdict } from "#lib/audit/verify.ts";
import { verifyLog } from "#lib/services/audit/verify-log.ts";

const sentence = ({ trees, events, first_bad: bad }: LogVerdict): string =>
  bad === null
    ? `The log is whole: ${count(events)} events in ${count(trees)} trees (one for each tenant, one global); every signed checkpoint holds.`
    : `The log does not verify. First bad: tree ${bad.tree}, index ${bad.index}: ${REASONS[bad.reason]} [${bad.reason}]`;

export const auditVerify = defineCommand({
  usage: "audit verify [--json]",
  args: [],
  options: {},
  run: async (_, cli) => {
    const instance = await cli.instance();
    const verdict = await verifyLog(instance.ctx, { anchorsDir: inDataDir(instance, "anchors") });
    const { ok, trees, events, first_bad } = verdict;
    return {
      json: { ok, trees, events, first_bad },
      text: sentence(verdict),
      exit: ok ? EXIT.done : EXIT.failed,
    };
  },
});
