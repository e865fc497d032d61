/** Whether a keeper is heard of, as the console shows it while a page is open. */
export type KeeperWatch = { away: boolean; lastSeenAt: string | null; now: string };
