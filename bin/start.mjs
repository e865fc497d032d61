import { bootstrap } from "./bootstrap.mjs";
import { ensureBuilt } from "./build.mjs";
import { handOver } from "./hand-over.mjs";
import { ROOT, runMain } from "./paths.mjs";

await runMain(async () => {
  const node = await bootstrap({ starts: true });
  await ensureBuilt(node);
  return handOver(node, "cli/start.ts", process.argv.slice(2), { cwd: ROOT });
});
