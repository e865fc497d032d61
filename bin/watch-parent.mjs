const CHECK_MS = 500;

/**
 * Calls `gone` when the process that started this one is no more: npm runs `sh -c node …`, and of a signal to npm only
 * the shell learns. Returns how to stop watching.
 */
export const watchParent = (gone) => {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) gone();
  }, CHECK_MS);
  watch.unref();
  return () => clearInterval(watch);
};
