import { DomainError } from "#lib/domain/errors.ts";
import { type BreakerState, createBreaker } from "./breaker.ts";
import { type CallCounts, createCallCounter, type KmsOperation } from "./call-count.ts";
import { CALL_TIMEOUT_MS, withDeadline } from "./deadline.ts";
import { createEgress, type Egress, type EgressOptions } from "./egress/egress.ts";
import { createLimiter } from "./limiter.ts";
import { type CmkConfig, openAdapter } from "./open-adapter.ts";
import type { CallOptions, KmsAdapter, KmsChecks } from "./port.ts";
import { createRetryBudget, RETRY_DEFAULTS, type RetryOptions, withRetries } from "./retry.ts";

/** One connection to a provider: what it may reach, and the way its CMKs are asked. */
export type ConnectionOptions = {
  /** The connection's id; its limits, breaker and counts are its own. */
  id: string;
  egress: EgressOptions;
  /** Calls at once; a tenant's dead KMS holds no more than these. */
  atOnce?: number;
  waitingMax?: number;
  /** The deadline of one call, its retries included. */
  timeoutMs?: number;
  retry?: RetryOptions;
  failuresMax?: number;
  openMs?: number;
};

export type KmsConnection = {
  readonly id: string;
  /** The adapter of one CMK behind the connection's limits. */
  cmk(config: CmkConfig): Promise<KmsAdapter>;
  /** An adapter that was made elsewhere, behind the same limits. */
  guard(adapter: KmsAdapter): KmsAdapter;
  breaker(): BreakerState;
  counts(): CallCounts;
  takeCounts(): CallCounts;
  close(): void;
};

export type KmsRegistry = {
  /** The connection of this id; made with the options the first time, and after `drop`. */
  connection(options: ConnectionOptions): KmsConnection;
  /** Forgets a connection, after its secret or address has changed. */
  drop(id: string): void;
  connections(): readonly KmsConnection[];
  close(): void;
};

const AT_ONCE = 8;
const WAITING_MAX = 100;
const FAILURES_MAX = 5;
const OPEN_MS = 15_000;

/** The one place with deadlines, retries, limits, breakers and counts: adapters have none of their own. */
export const createKmsRegistry = (): KmsRegistry => {
  const connections = new Map<string, KmsConnection>();
  const drop = (id: string): void => {
    connections.get(id)?.close();
    connections.delete(id);
  };
  return {
    connection: (options) => {
      const held = connections.get(options.id);
      if (held !== undefined) return held;
      const made = createConnection(options);
      connections.set(options.id, made);
      return made;
    },
    drop,
    connections: () => [...connections.values()],
    close: () => {
      for (const id of connections.keys()) drop(id);
    },
  };
};

const createConnection = (options: ConnectionOptions): KmsConnection => {
  const limiter = createLimiter({
    atOnce: options.atOnce ?? AT_ONCE,
    waitingMax: options.waitingMax ?? WAITING_MAX,
  });
  const breaker = createBreaker({
    failuresMax: options.failuresMax ?? FAILURES_MAX,
    openMs: options.openMs ?? OPEN_MS,
  });
  const budget = createRetryBudget();
  const counter = createCallCounter();
  const way = createEgress(options.egress);
  const egress: Egress = {
    ...way,
    send: (request) => {
      counter.requested();
      return way.send(request);
    },
  };
  const retry = options.retry ?? RETRY_DEFAULTS;
  const deadlineMs = options.timeoutMs ?? CALL_TIMEOUT_MS;

  const counted = async <T>(operation: KmsOperation, call: () => Promise<T>): Promise<T> => {
    counter.left(operation);
    const startedAt = performance.now();
    try {
      const result = await call();
      counter.answered(performance.now() - startedAt);
      return result;
    } catch (error) {
      if (error instanceof DomainError) counter.failed(error.code);
      throw error;
    }
  };
  // A call that the deadline ends counts as a failure of the provider's, so the breaker stands inside of the retries.
  const guarded = <T>(
    operation: KmsOperation,
    given: CallOptions | undefined,
    call: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> =>
    withDeadline({ ...given, timeoutMs: given?.timeoutMs ?? deadlineMs }, (signal) =>
      withRetries(
        () => limiter.run(signal, () => breaker.run(() => counted(operation, () => call(signal)))),
        retry,
        budget,
        signal,
      ),
    );

  const guardChecks = (checks: KmsChecks): KmsChecks => {
    const check =
      <T>(ask: (options?: CallOptions) => Promise<T>) =>
      (given?: CallOptions): Promise<T> =>
        guarded("check", given, (signal) => ask({ ...given, signal }));
    return {
      reach: check(checks.reach),
      authenticate: check(checks.authenticate),
      readSchedule: check(checks.readSchedule),
      ...(checks.mayCreateVersion && { mayCreateVersion: check(checks.mayCreateVersion) }),
      ...(checks.judgePolicy && { judgePolicy: check(checks.judgePolicy) }),
    };
  };

  const guard = (adapter: KmsAdapter): KmsAdapter => {
    const { createVersion, destroyVersion, checks } = adapter;
    return {
      provider: adapter.provider,
      keyId: adapter.keyId,
      capabilities: adapter.capabilities,
      wrap: (plaintext, pairs, given) =>
        guarded("wrap", given, (signal) => adapter.wrap(plaintext, pairs, { ...given, signal })),
      unwrap: (blob, version, pairs, given) =>
        guarded("unwrap", given, (signal) => adapter.unwrap(blob, version, pairs, { ...given, signal })),
      describe: (given) => guarded("describe", given, (signal) => adapter.describe({ ...given, signal })),
      ...(createVersion && {
        createVersion: (after: string, given?: CallOptions) =>
          guarded("createVersion", given, (signal) => createVersion(after, { ...given, signal })),
      }),
      ...(checks && { checks: guardChecks(checks) }),
      ...(destroyVersion && {
        destroyVersion: (version: string, given?: CallOptions) =>
          guarded("destroyVersion", given, (signal) => destroyVersion(version, { ...given, signal })),
      }),
    };
  };

  return {
    id: options.id,
    cmk: async (config) => guard(await openAdapter(config, egress)),
    guard,
    breaker: breaker.state,
    counts: counter.read,
    takeCounts: counter.take,
    close: egress.close,
  };
};
