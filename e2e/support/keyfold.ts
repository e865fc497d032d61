import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { sharedInstance } from "../instance.ts";

const KEYFOLD = join(dirname(dirname(import.meta.dirname)), "bin", "keyfold.mjs");
const run = promisify(execFile);

/** `npx keyfold …` beside the instance of the run; what it printed. */
export const keyfold = async (...parameters: string[]): Promise<string> => {
  const { stdout } = await run(process.execPath, [KEYFOLD, ...parameters], {
    env: { ...process.env, KEYFOLD_DATA_DIR: sharedInstance().dataDir },
  });
  return stdout;
};

/** The same with `--json`: the one object that it answers with. */
export const keyfoldJson = async <T>(...parameters: string[]): Promise<T> =>
  JSON.parse(await keyfold(...parameters, "--json")) as T;
