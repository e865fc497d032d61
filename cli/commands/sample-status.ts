import { defineCommand } from "#cli/shell/command.ts";
import { count } from "#cli/shell/table.ts";
import type { SampleView } from "#lib/domain/sample.ts";
import { getSample } from "#lib/services/sample/get-sample.ts";

const sentence = (sample: SampleView | null): string => {
  if (sample === null) return "There is no sample. Load one with: keyfold sample load";
  const slugs = sample.tenants.map(({ slug }) => slug).join(", ");
  const far = `${count(sample.written)} of ${count(sample.total)} records`;
  const stopped = sample.stalled ? ` It was cut short${sample.error ? `: ${sample.error}` : "."}` : "";
  switch (sample.state) {
    case "loading":
      return `The sample is being loaded: ${far}.${stopped}`;
    case "loaded":
      return `The sample is there: ${slugs}. Remove it with: keyfold sample remove`;
    case "removing":
      return `The sample is being removed; left are ${slugs}.${stopped}`;
    default:
      throw new Error(`cli/commands/sample-status.ts knows no state ${sample.state satisfies never}`);
  }
};

export const sampleStatus = defineCommand({
  usage: "sample status [--json]",
  args: [],
  options: {},
  run: async (_, cli) => {
    const { ctx } = await cli.instance();
    const { sample } = await getSample(ctx, {});
    return { json: { sample }, text: sentence(sample) };
  },
});
