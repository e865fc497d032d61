import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { NODE_FLAGS } from "#cli/supervise/node-flags.ts";
import { freePort } from "#cli/embedded/free-port.ts";

const SDKS =
  /node_modules\/(@aws-sdk\/client-kms|@azure\/keyvault-keys|@azure\/identity|@google-cloud\/kms)\//g;

/** Writes down every module of a provider's library that a process loads, whoever asks for it. */
const recorder = (file: string): string => `
import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";
registerHooks({
  load: (url, context, next) => {
    if (/node_modules\\/@(aws-sdk|azure|google-cloud)\\//.test(url)) appendFileSync(${JSON.stringify(file)}, url + "\\n");
    return next(url, context);
  },
});
`;

export type SpawnedKeeper = {
  url: string;
  /** What it said on standard error. */
  words(): string;
  /** The providers' libraries that it has loaded. */
  packages(): string[];
  /** Waits until this path answers with this status. */
  until(path: string, status: number): Promise<Response>;
  exited: Promise<number | null>;
  stop(): Promise<void>;
};

/** A keeper process, ready or not. */
export const spawnKeeper = async (env: Record<string, string>, folder: string): Promise<SpawnedKeeper> => {
  const port = await freePort();
  const [preload, loaded] = [join(folder, "record.mjs"), join(folder, `loaded-${port}.txt`)];
  writeFileSync(preload, recorder(loaded));
  const child = spawn(process.execPath, [...NODE_FLAGS, "--import", preload, "keeper/main.ts"], {
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      NODE_ENV: "production",
      KEYFOLD_LOG_LEVEL: "fatal",
      KEEPER_PORT: String(port),
      KEYFOLD_DATA_DIR: folder,
      ...env,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let words = "";
  child.stderr.on("data", (chunk: Buffer) => {
    words += chunk.toString();
  });
  const exited = once(child, "close").then(([code]) => code as number | null);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    words: () => words.trim(),
    packages: () => {
      const text = existsSync(loaded) ? readFileSync(loaded, "utf8") : "";
      return [...new Set([...text.matchAll(SDKS)].map(([, name]) => name ?? ""))].toSorted();
    },
    until: async (path, status) => {
      for (;;) {
        if (child.exitCode !== null) throw new Error(`The keeper ended: ${words}`);
        const answer = await fetch(`${url}${path}`).catch(() => null);
        if (answer?.status === status) return answer;
        await answer?.body?.cancel();
        await sleep(100);
      }
    },
    exited,
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
};
