/** What one check found. A warning is worth a look; a failure makes doctor end with 1. */
export type Finding = { status: "ok" | "warning" | "failed"; message: string };
export type Check = Finding & { name: string };

export const ok = (message: string): Finding => ({ status: "ok", message });
export const warning = (message: string): Finding => ({ status: "warning", message });
export const failed = (message: string): Finding => ({ status: "failed", message });

/** An age in the words of a person. */
export const ageOf = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} minutes`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} hours` : `${Math.round(seconds / 86_400)} days`;
};
