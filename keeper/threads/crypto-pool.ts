import { Worker } from "node:worker_threads";
import type { CryptoAnswer, CryptoJob, CryptoJobs, CryptoRequest } from "./crypto-jobs.ts";

/** Threads that do the crypto of many values, so that the keeper's own thread goes on answering requests. */
export type CryptoPool = {
  [J in CryptoJob]: (task: CryptoJobs[J]["task"]) => Promise<CryptoJobs[J]["result"]>;
} & { close(): Promise<void> };

type Pending = { resolve(result: CryptoJobs[CryptoJob]["result"]): void; reject(error: Error): void };
type Thread = { worker: Worker; pending: Map<number, Pending> };

export type CryptoPoolOptions = {
  threads: number;
  /** They give way to all that is not in the background. */
  background?: boolean;
};

/** A thread starts when all others are at work, and is replaced when it dies. */
export const createCryptoPool = ({ threads, background = false }: CryptoPoolOptions): CryptoPool => {
  const pool: (Thread | undefined)[] = Array.from({ length: threads });
  let nextId = 0;

  const start = (place: number): Thread => {
    const worker = new Worker(new URL("./crypto-worker.ts", import.meta.url), {
      name: background ? "background" : "crypto",
      workerData: { background },
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
      else waiting?.reject(new Error(`A crypto thread failed: ${error}`));
    });
    worker.on("error", (cause) => lose(new Error("A crypto thread died.", { cause })));
    worker.on("exit", () => lose(new Error("A crypto thread ended.")));
    pool[place] = thread;
    return thread;
  };

  const leastBusy = (): Thread => {
    const running = pool.filter((thread) => thread !== undefined);
    const [best] = running.toSorted((a, b) => a.pending.size - b.pending.size);
    const free = pool.indexOf(undefined);
    return best && (best.pending.size === 0 || free < 0) ? best : start(Math.max(0, free));
  };

  const post =
    <J extends CryptoJob>(job: J) =>
    (task: CryptoJobs[J]["task"]): Promise<CryptoJobs[J]["result"]> =>
      new Promise((resolve, reject) => {
        const id = nextId++;
        const { worker, pending } = leastBusy();
        // What cannot be posted is not waited for.
        worker.postMessage({ id, job, task } as CryptoRequest);
        // A thread answers a request with the result of its job.
        pending.set(id, { resolve: resolve as Pending["resolve"], reject });
      });

  return {
    rewrap: post("rewrap"),
    reencrypt: post("reencrypt"),
    encrypt: post("encrypt"),
    decrypt: post("decrypt"),
    close: async () => {
      await Promise.all(pool.map((thread) => thread?.worker.terminate()));
    },
  };
};
