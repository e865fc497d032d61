import { execFile, spawn } from "node:child_process";
import { access, constants, mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { Skipped } from "./implementation.ts";

const run = promisify(execFile);
/** All installs together. */
const INSTALLS_MS = 90_000;
const READY_TIMEOUT_MS = 60_000;
const begunAt = performance.now();

/** Where what registries gave is kept, outside of what is committed. */
export const CACHE = join(import.meta.dirname, "../../../../.cache/kms");

/** The path of a program on the PATH, or null. */
export const findProgram = async (name: string): Promise<string | null> => {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, name);
    if (await isExecutable(path)) return path;
  }
  return null;
};

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

/** Runs an installer's command; what it says when it fails becomes the reason to skip. */
export const install = async (command: string, parameters: string[], env = {}): Promise<void> => {
  const timeout = Math.round(begunAt + INSTALLS_MS - performance.now());
  const line = `"${[command, ...parameters].join(" ")}"`;
  if (timeout <= 0) throw new Skipped(`no time was left for ${line}`);
  try {
    await run(command, parameters, { timeout, killSignal: "SIGKILL", env: { ...process.env, ...env } });
  } catch (error) {
    if (performance.now() >= begunAt + INSTALLS_MS) throw new Skipped(`${line} took too long`);
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : String(error);
    throw new Skipped(`${line} failed: ${lastLine(said)}`);
  }
};

/** A program of a Go module: the one on the PATH, else one that `go install` makes. */
export const goProgram = async (name: string, module: string): Promise<{ path: string; version: string }> => {
  const given = await findProgram(name);
  if (given !== null) return { path: given, version: "of the PATH" };
  const version = module.slice(module.indexOf("@") + 1);
  const made = await findIn(name);
  if (made !== null) return { path: made, version };
  const go = await findProgram("go");
  if (go === null) throw new Skipped(`there is no ${name} on the PATH, and no Go to install it with`);
  await mkdir(CACHE, { recursive: true });
  await install(go, ["install", module], { GOBIN: CACHE });
  return { path: join(CACHE, name), version };
};

const findIn = async (name: string): Promise<string | null> => {
  const path = join(CACHE, name);
  return (await isExecutable(path)) ? path : null;
};

/** The first line of what a program says. */
export const firstLine = async (command: string, parameters: string[]): Promise<string> =>
  (await run(command, parameters)).stdout.split("\n")[0]?.trim() ?? "";

const lastLine = (text: string): string => (text.split("\n").at(-1) ?? "").trim().replace(/\.$/, "");

const groups = new Set<number>();

/** Ends a server and all that it started, at once. */
const endGroup = (pid: number): void => {
  if (!groups.delete(pid)) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
};

// However this run ends, no server stays behind.
process.once("exit", () => {
  for (const pid of groups) endGroup(pid);
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));

/** Starts a server and gives back how to end it and all that it started. */
export const startServer = (
  command: string,
  parameters: string[],
  env: Record<string, string>,
): { close(): Promise<void> } => {
  const child = spawn(command, parameters, {
    env: { ...process.env, ...env },
    stdio: "ignore",
    detached: true,
  });
  const { pid } = child;
  if (pid !== undefined) groups.add(pid);
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  return {
    close: async () => {
      if (pid !== undefined) endGroup(pid);
      await ended;
    },
  };
};

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });

/** Waits until `ready` no longer throws. */
export const untilReady = async (ready: () => Promise<unknown>): Promise<void> => {
  const until = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    try {
      await ready();
      return;
    } catch (error) {
      if (Date.now() > until) throw new Skipped(`it did not come up: ${String(error)}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
};
