import { bootstrap } from "./bootstrap.mjs";
import { ensureBuilt } from "./build.mjs";
import { handOver } from "./hand-over.mjs";
import { ROOT, runMain } from "./paths.mjs";
import { portsFrom } from "./ports.mjs";
import { checkStartParameters, START_HELP } from "./start-parameters.mjs";

await runMain(async () => {
  const parameters = process.argv.slice(2);
  if (checkStartParameters(parameters).help) {
    process.stdout.write(START_HELP);
    return 0;
  }
  const ports = portsFrom(process.env);
  const node = await bootstrap({ starts: true });
  await ensureBuilt(node);
  return handOver(node, "cli/start.ts", parameters, { cwd: ROOT, env: ports });
});
