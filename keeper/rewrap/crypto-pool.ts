import { Worker } from "node:worker_threads";
import type { CryptoAnswer, CryptoJob, CryptoJobs, CryptoRequest } from "./crypto-task.ts";

/** Threads that do a job's crypto, so that the keeper's own thread goes on answering requests. */
export type CryptoPool = {
  [J in CryptoJob]: (task: CryptoJobs[J]["task"]) => Promise<CryptoJobs[J]["result"]>;
} & { close(): Promise<void> };

type Pending = { resolve(result: CryptoJobs[CryptoJob]["result"]): void; reject(error: Error): void };
type Thread = { worker: Worker; pending: Map<number, Pending> };

/** Threads start when they are first needed and are replaced when they die. */
export const createCryptoPool = (threads: number): CryptoPool => {
  const pool: (Thread | undefined)[] = Array.from({ length: threads });
  let nextId = 0;

  const start = (place: number): Thread => {
    const worker = new Worker(new URL("./crypto-worker.ts", import.meta.url), {
      name: "rewrap",
    });
    const thread: Thread = { worker, pending: new Map() };
    const lose = (error: Error) => {
      if (pool[place] === thread) pool[place] = undefined;
      for (const { reject } of thread.pending.values()) reject(error);
      thread.pending.clear();
    };
    worker.unref();
    worker.on("message", ({ id, result, error }: CryptoAnswer) => {
      const waiting = thread.pending.get(id);
      thread.pending.delete(id);
      if (result) waiting?.resolve(result);
      else waiting?.reject(new Error(`A rewrap thread failed: ${error}`));
    });
    worker.on("error", (cause) => lose(new Error("A rewrap thread died.", { cause })));
    worker.on("exit", () => lose(new Error("A rewrap thread ended.")));
    pool[place] = thread;
    return thread;
  };

  const leastBusy = (): Thread => {
    let best: Thread | undefined;
    for (const [place, thread] of pool.entries()) {
      if (!thread) return start(place);
      if (!best || thread.pending.size < best.pending.size) best = thread;
    }
    return best ?? start(0);
  };

  const post =
    <J extends CryptoJob>(job: J) =>
    (task: CryptoJobs[J]["task"]): Promise<CryptoJobs[J]["result"]> =>
      new Promise((resolve, reject) => {
        const id = nextId++;
        const { worker, pending } = leastBusy();
        // A thread answers a request with the result of its job.
        pending.set(id, { resolve: resolve as Pending["resolve"], reject });
        worker.postMessage({ id, job, task } as CryptoRequest);
      });

  return {
    rewrap: post("rewrap"),
    reencrypt: post("reencrypt"),
    close: async () => {
      await Promise.all(pool.map((thread) => thread?.worker.terminate()));
    },
  };
};
