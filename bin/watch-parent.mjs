const CHECK_MS = 500;

/**
 * Calls `gone` when the process that started this one is no more: `npx` runs `sh -c …`, and of a signal to it only the
 * shell learns. (The scripts of package.json begin with `exec` so that no such shell stands between npm and Keyfold.)
 * Returns how to stop watching.
 */
export const watchParent = (gone) => {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) gone();
  }, CHECK_MS);
  watch.unref();
  return () => clearInterval(watch);
};
