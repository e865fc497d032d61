import { setTimeout as sleep } from "node:timers/promises";

const EVERY_MS = 50;

/** Resolves when `url` answers 200; stays pending for ever when `ended` settles first. */
export const untilAnswers = async (url: string, ended: Promise<unknown>): Promise<void> => {
  let over = false;
  void ended.then(() => (over = true));
  for (;;) {
    if (over) return new Promise(() => {});
    try {
      const answer = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(10_000) });
      await answer.body?.cancel();
      if (answer.status === 200 && !over) return;
    } catch {
      // Not listening yet.
    }
    await sleep(EVERY_MS, undefined, { ref: false });
  }
};
