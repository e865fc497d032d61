/** Whether a keeper is heard of, as the console shows it while a page is open. */
export type KeeperWatch = {
  away: boolean;
  lastSeenAt: string | null;
  now: string;
  /** A keeper lives and its platform key does not work: the provider of it. Null when all is well, or nothing is known. */
  brokenKey: { provider: string } | null;
};
