import { afterEach, describe, expect, it } from "vitest";
import { takeRandom } from "#lib/crypto/random.ts";
import type { ErrorCode } from "#lib/domain/errors.ts";
import { createBreaker } from "../breaker.ts";
import { KmsError, type KmsErrorCode } from "../kms-error.ts";
import { createLimiter } from "../limiter.ts";
import type { KmsAdapter } from "../port.ts";
import { type ConnectionOptions, createKmsRegistry } from "../registry.ts";
import { createRetryBudget, RETRY_DEFAULTS, withRetries } from "../retry.ts";
import { rejectionOf } from "./temporary-kms.ts";
import { type VaultSubject, vaultSubject } from "./vault-subject.ts";

const failing = (code: KmsErrorCode, answer = {}) => new KmsError(code, "It failed.", answer);
const quick = { attemptsMax: 4, firstWaitMs: 1, waitMsMax: 50 };

describe("retries", () => {
  const count = async (errors: readonly KmsError[], budget = createRetryBudget()) => {
    const left = [...errors];
    let calls = 0;
    const code = await rejectionOf(
      withRetries(
        async () => {
          calls += 1;
          const error = left.shift();
          if (error !== undefined) throw error;
        },
        quick,
        budget,
        undefined,
      ),
    );
    return { calls, code };
  };
  const times = (n: number, error: KmsError) => Array.from({ length: n }, () => error);

  it.each(["KMS_THROTTLED", "KMS_UNAVAILABLE", "KMS_TIMEOUT", "KMS_KEY_NOT_READY"] as const)(
    "try again what may pass: %s",
    async (code) => {
      expect(await count(times(2, failing(code)))).toEqual({ calls: 3, code: "no error" });
      expect(await count(times(9, failing(code)))).toEqual({ calls: 4, code });
    },
  );

  it.each([
    "KMS_ACCESS_DENIED",
    "KMS_KEY_DISABLED",
    "KMS_INVALID_CIPHERTEXT",
    "KMS_BAD_RESPONSE",
    "KMS_LIMIT_EXCEEDED",
  ] as const)("never try again what will not: %s", async (code) => {
    expect(await count(times(1, failing(code)))).toEqual({ calls: 1, code });
  });

  it("wait as long as the provider asks, and give up where that is too long", async () => {
    const startedAt = performance.now();
    expect((await count([failing("KMS_THROTTLED", { retryAfterMs: 40 })])).calls).toBe(2);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(39);
    expect((await count([failing("KMS_THROTTLED", { retryAfterMs: 60_000 })])).calls).toBe(1);
  });

  it("are spread at random between nothing and a doubling bound", async () => {
    const waits: number[] = [];
    for (const share of [0, 0.5, 0.999]) {
      const startedAt = performance.now();
      await withRetries(
        failOnce(failing("KMS_UNAVAILABLE")),
        { ...RETRY_DEFAULTS, firstWaitMs: 60 },
        createRetryBudget(),
        undefined,
        () => share,
      );
      waits.push(performance.now() - startedAt);
    }
    expect(waits[0]).toBeLessThan(waits[2] ?? 0);
    expect(waits[1]).toBeGreaterThanOrEqual(28);
    expect(waits[2]).toBeGreaterThanOrEqual(58);
  });

  it("share a budget that successes earn back", async () => {
    const budget = createRetryBudget();
    for (let i = 0; i < 4; i++) await count(times(9, failing("KMS_UNAVAILABLE")), budget);
    expect((await count(times(9, failing("KMS_UNAVAILABLE")), budget)).calls).toBe(1);
    for (let i = 0; i < 10; i++) await count([], budget);
    expect((await count([failing("KMS_UNAVAILABLE")], budget)).calls).toBe(2);
  });

  it("end with the caller", async () => {
    const caller = new AbortController();
    const call = withRetries(
      async () => {
        throw failing("KMS_UNAVAILABLE");
      },
      { attemptsMax: 9, firstWaitMs: 60_000, waitMsMax: 60_000 },
      createRetryBudget(),
      caller.signal,
    );
    setTimeout(() => caller.abort(new Error("gone")), 10);
    await expect(call).rejects.toThrow("gone");
  });
});

describe("a breaker", () => {
  it("opens after failures in a row, lets one try later, and closes when that succeeds", async () => {
    let now = 0;
    const breaker = createBreaker({ failuresMax: 3, openMs: 1000 }, () => now);
    const fail = (code: KmsErrorCode) => rejectionOf(breaker.run(() => Promise.reject(failing(code))));
    for (let i = 0; i < 3; i++) await fail("KMS_UNAVAILABLE");
    expect(breaker.state()).toBe("open");
    let asked = 0;
    const ask = () => breaker.run(async () => void (asked += 1));
    expect(await rejectionOf(ask())).toBe("KMS_UNAVAILABLE");
    expect(asked).toBe(0);
    now = 1001;
    expect(breaker.state()).toBe("half-open");
    await fail("KMS_TIMEOUT");
    expect(breaker.state()).toBe("open");
    now = 2002;
    await ask();
    expect(breaker.state()).toBe("closed");
  });

  it.each(["KMS_ACCESS_DENIED", "KMS_INVALID_CIPHERTEXT", "KMS_THROTTLED"] as const)(
    "stays closed for an answer such as %s",
    async (code) => {
      const breaker = createBreaker({ failuresMax: 2, openMs: 1000 });
      for (let i = 0; i < 9; i++) await rejectionOf(breaker.run(() => Promise.reject(failing(code))));
      expect(breaker.state()).toBe("closed");
    },
  );
});

describe("a limit", () => {
  it("lets so many through, keeps the order of those that wait, and refuses the rest", async () => {
    const limiter = createLimiter({ atOnce: 2, waitingMax: 2 });
    const releases: (() => void)[] = [];
    const order: number[] = [];
    const enter = (n: number, signal?: AbortSignal) =>
      limiter.run(signal, () => {
        order.push(n);
        return new Promise<void>((resolve) => releases.push(resolve));
      });
    const gone = new AbortController();
    const calls = [enter(1), enter(2), enter(3, gone.signal), enter(4)];
    expect(await rejectionOf(enter(5))).toBe("KMS_THROTTLED");
    gone.abort(new Error("gone"));
    await expect(calls[2]).rejects.toThrow("gone");
    releases[0]?.();
    await calls[0];
    await Promise.resolve();
    expect(order).toEqual([1, 2, 4]);
  });
});

describe("the registry", () => {
  const registry = createKmsRegistry();
  let subject: VaultSubject | undefined;
  afterEach(async () => {
    registry.close();
    await subject?.close();
    subject = undefined;
  });

  const connect = async (more: Partial<ConnectionOptions> = {}) => {
    subject = await vaultSubject("context")();
    const { url } = subject.server;
    const { hostname, port } = new URL(url);
    const connection = registry.connection({
      id: "one",
      egress: { rules: { publicHosts: false, opened: [{ to: hostname, port: Number(port), plain: true }] } },
      retry: quick,
      ...more,
    });
    const adapter = await connection.cmk({
      provider: "vault",
      address: url,
      mount: "transit",
      keyName: "cmk",
      binding: "context",
      auth: { kind: "token", token: "root" },
    });
    return { subject, connection, adapter };
  };

  it("brings a call through that fails twice, and counts what left", async () => {
    const { subject: vault, connection, adapter } = await connect();
    vault.server.doors.fault({ kind: "unavailable", times: 2 });
    const { blob, cmkVersion } = await adapter.wrap(takeRandom(64), {});
    await adapter.unwrap(blob, cmkVersion, {});
    expect(connection.counts()).toMatchObject({
      calls: { wrap: 3, unwrap: 1 },
      failures: { KMS_UNAVAILABLE: 2 },
      requests: Object.values(vault.server.calls()).reduce((sum, calls) => sum + calls, 0),
    });
    const { p95Ms, requests, busiestSecond } = connection.takeCounts();
    expect(p95Ms).toBeGreaterThan(0);
    expect(busiestSecond).toBeGreaterThanOrEqual(requests / 2);
    expect(busiestSecond).toBeLessThanOrEqual(requests);
    expect(connection.counts()).toEqual({
      calls: {},
      failures: {},
      requests: 0,
      busiestSecond: 0,
      p50Ms: null,
      p95Ms: null,
    });
  });

  it("does what Retry-After says", async () => {
    const { subject: vault, adapter } = await connect({ retry: { ...quick, waitMsMax: 3000 } });
    vault.server.doors.fault({ kind: "throttle", retryAfterS: 1 });
    const startedAt = performance.now();
    await adapter.describe();
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990);
  });

  it("never asks again what was denied", async () => {
    const { subject: vault, adapter } = await connect();
    vault.server.doors.deny({ credential: "root", operation: "read" });
    expect(await rejectionOf(adapter.describe())).toBe("KMS_ACCESS_DENIED");
    expect(vault.server.calls()["read"]).toBe(1);
  });

  it("ends a hanging call at the deadline, retries included", async () => {
    const { subject: vault, adapter } = await connect({ timeoutMs: 200 });
    vault.server.doors.fault({ kind: "hang", times: 9 });
    const startedAt = performance.now();
    expect(await rejectionOf(adapter.describe())).toBe("KMS_TIMEOUT");
    expect(performance.now() - startedAt).toBeLessThan(1500);
  });

  it("leaves a dead KMS alone, and another connection as it was", async () => {
    const { subject: vault, adapter, connection } = await connect({ failuresMax: 3, openMs: 60_000 });
    vault.server.doors.fault({ kind: "reset", times: 99 });
    for (let i = 0; i < 3; i++) await rejectionOf(adapter.describe());
    expect(connection.breaker()).toBe("open");
    const asked = vault.server.calls()["read"];
    expect(await rejectionOf(adapter.describe())).toBe("KMS_UNAVAILABLE");
    expect(vault.server.calls()["read"]).toBe(asked);
    const other = registry.connection({ id: "two", egress: { rules: { publicHosts: false } } });
    expect(other.breaker()).toBe("closed");
    const answers = { ...adapter, describe: vault.adapter.describe } satisfies KmsAdapter;
    vault.server.doors.clearFaults();
    expect((await other.guard(answers).describe()).health).toBe("enabled");
  });

  it("makes a connection once, and anew after it was dropped", async () => {
    const options = { id: "same", egress: { rules: { publicHosts: false } } };
    const first = registry.connection(options);
    expect(registry.connection(options)).toBe(first);
    registry.drop("same");
    expect(registry.connection(options)).not.toBe(first);
  });
});

const failOnce = (error: Error & { code: ErrorCode }) => {
  let failed = false;
  return async () => {
    if (failed) return;
    failed = true;
    throw error;
  };
};
