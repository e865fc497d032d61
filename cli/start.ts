import { readyLines } from "#cli/supervise/ready-lines.ts";
import { readSettings } from "#cli/supervise/settings.ts";
import { startSample } from "#cli/supervise/sample.ts";
import { startInstance } from "#cli/supervise/start-instance.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { readPlatformSettings } from "#lib/kms/settings/read-settings.ts";

const PARENT_CHECK_MS = 500;

const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);

/** Given when Keyfold is asked to end, by a signal or by the end of the process that started it. */
const whenAskedToEnd = (): AbortSignal => {
  const controller = new AbortController();
  const end = () => controller.abort();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && end(), PARENT_CHECK_MS).unref();
  return controller.signal;
};

const once = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });

const run = async (asked: AbortSignal): Promise<number> => {
  const settings = readSettings(process.env, process.argv.slice(2));
  // The keeper reads them again; what is wrong with them is said before anything is started.
  await readPlatformSettings(process.env);
  const slow = setTimeout(() => say("Starting the database, the keeper and the console …"), 1_500);
  const instance = await startInstance(settings, { env: process.env, say, signal: asked }).finally(() =>
    clearTimeout(slow),
  );
  process.stdout.write(`${readyLines(settings, instance)}\n`);
  instance.adminTold();
  const sample = startSample(settings, instance.dataDir, { env: process.env, say });
  const sentence = await Promise.race([instance.gaveUp, once(asked)]);
  say(sentence ?? "Stopping …");
  await sample.stop();
  await instance.stop();
  return sentence === undefined ? 0 : 1;
};

// The terminal may be gone before Keyfold has stopped everything.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

const asked = whenAskedToEnd();
try {
  process.exitCode = await run(asked);
} catch (error) {
  if (asked.aborted) {
    process.exitCode = 0;
  } else {
    say(error instanceof DomainError ? error.message : String(error instanceof Error ? error.stack : error));
    process.exitCode = 1;
  }
}
// Nothing is left to do; a forgotten handle must not keep a stopped Keyfold alive.
process.exit();
