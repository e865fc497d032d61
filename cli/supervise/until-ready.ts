import { DomainError } from "#lib/domain/errors.ts";
import type { BoundedLog } from "./bounded-log.ts";
import type { ChildOutput } from "./child-output.ts";
import type { Life } from "./supervise.ts";

const READY_SECONDS_MAX = 90;

const sentenceOf = (name: string, how: string, words: string | undefined, log: BoundedLog): string =>
  `The ${name} did not start (${how})${words === undefined ? "" : `: ${words.replace(/\.$/, "")}`}. Its log is ${log.path}.`;

/** Waits for a process of the first start; when it ends or takes too long, one sentence says why. */
export const untilReady = async (
  name: string,
  life: Life,
  { output, log, signal }: { output: ChildOutput; log: BoundedLog; signal: AbortSignal },
): Promise<void> => {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const fail = (how: string) =>
    reject(new DomainError("UNAVAILABLE", sentenceOf(name, how, output.lastWords(), log)));
  const timer = setTimeout(() => fail(`not ready after ${READY_SECONDS_MAX} s`), READY_SECONDS_MAX * 1000);
  const aborted = () => reject(signal.reason);
  signal.addEventListener("abort", aborted, { once: true });
  void life.exited.then(fail);
  try {
    signal.throwIfAborted();
    await Promise.race([life.ready, tooLate]);
    output.speak();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", aborted);
    tooLate.catch(() => {});
  }
};
