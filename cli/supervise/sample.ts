import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { openLog } from "./bounded-log.ts";
import { NODE_FLAGS } from "./node-flags.ts";
import type { Settings } from "./settings.ts";

const ROOT = dirname(dirname(import.meta.dirname));

/** The line by which a load says that there is something to load. */
export const SAMPLE_BEGINS = "The sample is being loaded.";

/**
 * Loads the sample beside the running instance, by the command line's own verb, if it is wanted. Its end is no end of
 * the instance; when it was cut short, the next start goes on with it.
 */
export const startSample = (
  { sample }: Pick<Settings, "sample">,
  dataDir: string,
  { env, say }: { env: NodeJS.ProcessEnv; say: (sentence: string) => void },
): { stop(): Promise<void> } => {
  if (sample === "no") return { stop: async () => {} };
  const log = openLog(join(dataDir, "logs", "sample.log"));
  const size = env.KEYFOLD_SAMPLE_RECORDS;
  const parameters = [...(sample === "if-empty" ? ["--if-empty"] : []), ...(size ? ["--records", size] : [])];
  const child = spawn(
    process.execPath,
    [...NODE_FLAGS, join(ROOT, "cli", "main.ts"), "sample", "load", ...parameters],
    { cwd: ROOT, env: { ...env, KEYFOLD_DATA_DIR: dataDir }, stdio: ["ignore", "pipe", "pipe"] },
  );
  let lastError = "";
  createInterface({ input: child.stdout }).on("line", (line) => log.write(line));
  createInterface({ input: child.stderr }).on("line", (line) => {
    log.write(line);
    if (line === SAMPLE_BEGINS)
      say("A sample is being loaded while you look around; npm start -- --empty starts without it.");
    if (line.startsWith("keyfold: ")) lastError = line.slice("keyfold: ".length);
  });
  let stopping = false;
  const ended = new Promise<void>((resolve) => {
    child.once("error", () => resolve());
    child.once("close", (code) => {
      if (code !== 0 && !stopping) say(`The sample was not loaded to its end. ${lastError}`.trimEnd());
      resolve();
    });
  });
  return {
    stop: async () => {
      stopping = true;
      child.kill("SIGTERM");
      await ended;
    },
  };
};
