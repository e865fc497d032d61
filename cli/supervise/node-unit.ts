import { openLog } from "./bounded-log.ts";
import { childOutput } from "./child-output.ts";
import { beginNodeChild, type NodeChildOptions } from "./node-child.ts";
import type { Life, Unit } from "./supervise.ts";
import { untilReady } from "./until-ready.ts";

type NodeUnit = {
  unit: Unit;
  begin(): Life;
  /** Waits for the first life to serve. */
  untilReady(life: Life, signal: AbortSignal): Promise<void>;
};

/** A script as something to keep alive, with its log in `<logs>/<name>.log`. `options` is asked anew for every life. */
export const nodeUnit = (
  name: string,
  {
    logs,
    say,
    options,
  }: { logs: string; say: (sentence: string) => void; options: () => Omit<NodeChildOptions, "onLine"> },
): NodeUnit => {
  const log = openLog(`${logs}/${name}.log`);
  const output = childOutput(name, log, say);
  const begin = (): Life => beginNodeChild({ ...options(), onLine: output.onLine });
  return {
    unit: { name, begin: async () => begin() },
    begin,
    untilReady: (life, signal) => untilReady(name, life, { output, log, signal }),
  };
};
