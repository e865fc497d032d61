import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** A path inside the project. */
export const inRoot = (...parts) => join(ROOT, ...parts);

/** Progress goes to standard error: standard output belongs to what is being run. */
export const say = (sentence) => process.stderr.write(`${sentence}\n`);

/** A failure that one sentence explains. */
export class Refusal extends Error {}

/** Runs `main`; a refusal ends the process with its sentence, anything else with its stack. */
export const runMain = async (main) => {
  try {
    process.exitCode = await main();
  } catch (error) {
    say(error instanceof Refusal ? error.message : String(error?.stack ?? error));
    process.exitCode = 1;
  }
};
