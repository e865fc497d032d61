const SAMPLE_MS = 200;

/** The most memory this process has held, threads included, from now until `stop`. */
export const watchMemory = (): { stop(): number } => {
  let most = process.memoryUsage.rss();
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, SAMPLE_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return Math.round(Math.max(most, process.memoryUsage.rss()) / 2 ** 20);
    },
  };
};
