import type { Sql, TransactionSql } from "postgres";

/** What postgres.js keeps of a connection that is not said in its types. */
type Slot = { queue: { remove(slot: Slot): void; push(slot: Slot): unknown } };
type Options = { onexecute?: (slot: Slot) => void };

/**
 * `pool.begin` without the wait for BEGIN's answer: the first statements travel in the same flight. postgres.js 3.4 sends
 * BEGIN with a hook that reserves the connection as soon as it is sent, and then marks it as full until the answer; here
 * the transaction begins when it is sent, on a connection that stays reserved for it. When BEGIN fails after that, what
 * followed it ran outside of a transaction, as a login that may nothing: `refused` is told before any answer to that.
 */
export const beginEagerly = <T>(
  pool: Sql,
  mode: string,
  run: (sql: TransactionSql) => Promise<T>,
  refused: (error: unknown) => void,
): Promise<unknown> => {
  const { unsafe } = pool;
  pool.unsafe = ((text: string, args: [], { onexecute, ...options }: Options) => {
    if (!onexecute) return unsafe(text, args, options);
    const sent = Promise.withResolvers<void>();
    const reserve = (slot: Slot): void => {
      onexecute(slot);
      const { queue: reserved } = slot;
      sent.resolve();
      queueMicrotask(() => {
        if (slot.queue === reserved) return;
        slot.queue.remove(slot);
        reserved.push(slot);
        slot.queue = reserved;
      });
    };
    const begun = unsafe(text, args, { ...options, onexecute: reserve } as object);
    begun.catch(refused);
    return { execute: () => Promise.race([sent.promise, begun.execute()]) };
  }) as typeof unsafe;
  try {
    // It asks for BEGIN before it returns.
    return pool.begin(mode, run);
  } finally {
    pool.unsafe = unsafe;
  }
};
