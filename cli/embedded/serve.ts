import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { DomainError } from "#lib/domain/errors.ts";
import { readPostmaster } from "./postmaster.ts";
import type { RunAs } from "./run-as.ts";
import { databaseEnvironment } from "./run-program.ts";

export type Server = { pid: number; exited: Promise<void> };

type ServeOptions = {
  program: string;
  folder: string;
  port: number;
  settings: string[];
  user: RunAs;
  log: (line: string) => void;
};

const DEFAULTS = [
  "listen_addresses=127.0.0.1",
  "unix_socket_directories=",
  "max_connections=100",
  "timezone=UTC",
  "log_timezone=UTC",
  "password_encryption=scram-sha-256",
];

const START_SECONDS_MAX = 120;

// Ends the server when this process is gone without having done so: the pipe closes however it died.
const guard = (pid: number): ChildProcess | undefined => {
  if (process.platform === "win32") return undefined;
  const watcher = spawn("/bin/sh", ["-c", 'read -r _; kill -INT "$1" 2>/dev/null', "sh", String(pid)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  watcher.on("error", () => {});
  watcher.stdin?.on("error", () => {});
  watcher.unref();
  return watcher;
};

const forwardLines = (child: ChildProcess, log: (line: string) => void): { last: () => string } => {
  let rest = "";
  let last = "";
  child.stderr?.setEncoding("utf8");
  child.stderr?.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (/FATAL|PANIC/.test(line)) last = line;
      log(line);
    }
  });
  return { last: () => last };
};

/** Starts the server in the foreground and returns when it accepts connections. */
export const serve = async ({
  program,
  folder,
  port,
  settings,
  user,
  log,
}: ServeOptions): Promise<Server> => {
  const parameters = [
    "-D",
    folder,
    "-p",
    String(port),
    ...[...DEFAULTS, ...settings].flatMap((setting) => ["-c", setting]),
  ];
  const child = spawn(program, parameters, {
    ...user,
    cwd: "/",
    env: databaseEnvironment(),
    stdio: ["ignore", "ignore", "pipe"],
    // A Ctrl-C in the terminal is for Keyfold, which stops the database last.
    detached: process.platform !== "win32",
  });
  const output = forwardLines(child, log);
  let ended = false;
  const exited = once(child, "close").then(
    () => void (ended = true),
    () => void (ended = true),
  );
  await Promise.race([once(child, "spawn").catch(() => {}), exited]);
  const watcher = child.pid === undefined ? undefined : guard(child.pid);
  void exited.then(() => watcher?.kill("SIGKILL"));
  for (const deadline = Date.now() + START_SECONDS_MAX * 1000; !ended; await sleep(20)) {
    const postmaster = readPostmaster(folder);
    if (child.pid !== undefined && postmaster?.pid === child.pid && postmaster.status === "ready") {
      return { pid: child.pid, exited };
    }
    if (Date.now() > deadline) child.kill("SIGKILL");
  }
  throw new DomainError(
    "UNAVAILABLE",
    `The embedded PostgreSQL did not start: ${output.last() || "it gave no reason"}`,
  );
};
