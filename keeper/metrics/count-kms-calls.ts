import { DomainError } from "#lib/domain/errors.ts";
import type { KmsAdapter } from "#lib/kms/port.ts";
import { kmsCalls } from "./metrics.ts";

const counted =
  <A extends unknown[], R>(provider: string, operation: string, call: (...args: A) => Promise<R>) =>
  async (...args: A): Promise<R> => {
    let outcome = "ok";
    try {
      return await call(...args);
    } catch (error) {
      outcome = error instanceof DomainError ? error.code : "ABORTED";
      throw error;
    } finally {
      kmsCalls.inc({ provider, operation, outcome });
    }
  };

/** An adapter whose calls are counted. */
export const countKmsCalls = (adapter: KmsAdapter): KmsAdapter => ({
  ...adapter,
  wrap: counted(adapter.provider, "wrap", adapter.wrap),
  unwrap: counted(adapter.provider, "unwrap", adapter.unwrap),
  describe: counted(adapter.provider, "describe", adapter.describe),
});
