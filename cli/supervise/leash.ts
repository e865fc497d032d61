// Loaded into the keeper and the console before their own code: when the supervisor was killed and could not stop them,
// they stop by themselves.
const CHECK_MS = 500;
const PATIENCE_MS = 3_000;

const supervisor = process.ppid;

const watch = setInterval(() => {
  if (process.ppid === supervisor) return;
  clearInterval(watch);
  process.kill(process.pid, "SIGTERM");
  setTimeout(() => process.kill(process.pid, "SIGKILL"), PATIENCE_MS).unref();
}, CHECK_MS);
watch.unref();
