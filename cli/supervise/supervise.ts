import { pause } from "./pause.ts";
import { NO_RESTARTS, onDeath, type RestartState } from "./policy.ts";

/** One life of a supervised process. */
export type Life = {
  pid: number | undefined;
  /** Resolves when it serves; rejects or stays pending when it never does. */
  ready: Promise<void>;
  /** Resolves with a few words on how it ended. */
  exited: Promise<string>;
  stop(): Promise<void>;
};

export type Unit = { name: string; begin(): Promise<Life> };

export type Supervised = {
  readonly name: string;
  pid(): number | undefined;
  /** Stops it for good. */
  stop(): Promise<void>;
};

type Reports = {
  say: (sentence: string) => void;
  onRestarted: () => void;
  onGiveUp: (sentence: string) => void;
};

/** Keeps a unit alive whose first life has begun: starts it again when it dies, and gives up as the policy says. */
export const supervise = (unit: Unit, firstLife: Life, reports: Reports): Supervised => {
  const stopping = new AbortController();
  let life: Life | undefined = firstLife;

  const observe = async (current: Life): Promise<{ how: string; healthyMs: number }> => {
    let readyAt: number | undefined;
    current.ready.then(
      () => (readyAt = Date.now()),
      () => {},
    );
    const how = await current.exited;
    return { how, healthyMs: readyAt === undefined ? 0 : Date.now() - readyAt };
  };

  const beginAgain = async (): Promise<Life> => {
    try {
      return await unit.begin();
    } catch (error) {
      const how = error instanceof Error ? error.message : String(error);
      return {
        pid: undefined,
        ready: new Promise(() => {}),
        exited: Promise.resolve(how),
        stop: async () => {},
      };
    }
  };

  const run = async (): Promise<void> => {
    let state: RestartState = NO_RESTARTS;
    for (let current: Life = firstLife; ; ) {
      const { how, healthyMs } = await observe(current);
      life = undefined;
      if (stopping.signal.aborted) return;
      const decision = onDeath(state, Date.now(), healthyMs);
      if (decision.kind === "give-up") {
        reports.onGiveUp(`The ${unit.name} ended again and again (last: ${how}), so Keyfold stops.`);
        return;
      }
      state = decision.state;
      reports.say(`The ${unit.name} ended (${how}); it is started again in ${decision.afterMs / 1000} s.`);
      await pause(decision.afterMs, stopping.signal);
      if (stopping.signal.aborted) return;
      current = await beginAgain();
      life = current;
      if (stopping.signal.aborted) await current.stop();
      else reports.onRestarted();
    }
  };

  const running = run();
  return {
    name: unit.name,
    pid: () => life?.pid,
    stop: async () => {
      stopping.abort();
      await life?.stop();
      await running;
    },
  };
};
