import { setImmediate as nextTurn } from "node:timers/promises";

/** Items between two looks at other tasks of the thread: about 2 ms of work. */
const ITEMS_PER_TURN = 20;

/** Does the same with each item, and lets others in meanwhile: a large batch holds up no small one. */
export const inTurns = async <I, T>(items: readonly I[], run: (item: I) => T): Promise<T[]> => {
  const done: T[] = [];
  for (const item of items) {
    if (done.length > 0 && done.length % ITEMS_PER_TURN === 0) await nextTurn();
    done.push(run(item));
  }
  return done;
};
