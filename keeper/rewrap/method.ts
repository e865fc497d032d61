import type { TenantTx } from "#db/tenant-tx.ts";
import type { ErrorCode } from "#lib/domain/errors.ts";
import type { Run, RunTarget } from "./run.ts";

/** A record whose DEK could not be done, and why. */
export type Failure = { recordId: string; code: ErrorCode };

/** Writes a batch whose crypto is done; returns how many DEKs it replaced. */
export type Write = (tx: TenantTx) => Promise<number>;

/** A batch as it was read. */
export type Read = {
  count: number;
  /** The last record id: where the next batch begins. */
  last: string;
  /** The range has nothing behind this batch. */
  end: boolean;
  /** Does the crypto. Nothing is written. */
  prepare(): Promise<Write>;
};

export type Range = { cursor: string; upto: string };

/** What one kind of job does with a range of DEKs. All else is the same for both kinds. */
export type Method = {
  read(tx: TenantTx, run: Run, target: RunTarget, range: Range, limit: number): Promise<Read>;
  /**
   * Does what the write of a batch left in its range, with the rows locked and no KMS waited for: current or gone is
   * done; what somebody wrote between our read and our write is done again; what did not open is tried once more, and
   * listed.
   */
  rest(
    tx: TenantTx,
    run: Run,
    target: RunTarget,
    range: Range,
  ): Promise<{ moved: number; failures: Failure[] }>;
};
