const SOON_MS = 30 * 86_400_000;

/** Does something end within the time in which somebody should see to it? */
export const expiresSoon = (at: Date | undefined): boolean =>
  at !== undefined && at.getTime() < Date.now() + SOON_MS;
