import { bootstrap } from "./bootstrap.mjs";
import { handOver } from "./hand-over.mjs";
import { Refusal, runMain } from "./paths.mjs";

// node bin/run.mjs <script> <its parameters>: runs one of the project's scripts on Node 24.
await runMain(async () => {
  const [script, ...parameters] = process.argv.slice(2);
  if (script === undefined)
    throw new Refusal("Say which script to run: node bin/run.mjs <script> [parameters].");
  return handOver(await bootstrap(), script, parameters);
});
