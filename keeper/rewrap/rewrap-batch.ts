import type { DekBatch, Move } from "#db/queries/rewrap-batch.ts";
import { WRAPPED_DEK_BYTES } from "#lib/crypto/wrapped-dek.ts";
import type { ErrorCode } from "#lib/domain/errors.ts";
import { uuidFromHex, column, pick, pickPlaces } from "./columns.ts";
import { openSource, openTarget } from "./open-keks.ts";
import type { Run, RunTarget } from "./run.ts";

export type Failure = { recordId: string; code: ErrorCode };

/** A batch rewrapped and not yet written: one move for each version it came from. */
export type Rewrapped = { moves: Move[]; failures: Failure[] };

const ID = 16;

/** The rows of each version. Nearly always there is one. */
const byVersion = ({ count, versions }: DekBatch): Map<number, number[]> => {
  if (count === 0) return new Map();
  const rows = Array.from({ length: count }, (_, row) => row);
  const first = versions.slice(0, 8);
  return versions === first.repeat(count)
    ? new Map([[Number.parseInt(first, 16), rows]])
    : Map.groupBy(rows, (row) => Number.parseInt(column(versions, 4, row), 16));
};

const rewrapVersion = async (
  run: Run,
  target: RunTarget,
  batch: DekBatch,
  version: number,
  rows: readonly number[],
): Promise<Rewrapped> => {
  const failure = (row: number, code: ErrorCode): Failure => ({
    recordId: uuidFromHex(column(batch.ids, ID, row)),
    code,
  });
  const source = await openSource(run, target, version);
  if (typeof source === "string") return { moves: [], failures: rows.map((row) => failure(row, source)) };
  const { kek, purpose } = await openTarget(run, target, rows.length);

  const olds = pick(batch.deks, WRAPPED_DEK_BYTES, rows);
  const { moved, failures } = await run.engine.crypto.rewrap({
    keyId: target.keyId,
    purpose,
    tenant: run.tenantId,
    from: { version, key: source.kek.key },
    to: { version: kek.version, key: kek.key },
    deks: olds,
  });
  const failed = new Set(failures.map(({ index }) => index));
  const good = Array.from(rows.keys()).filter((index) => !failed.has(index));
  const move: Move = {
    keyId: target.keyId,
    from: version,
    to: kek.version,
    count: good.length,
    places: pickPlaces(
      batch.places,
      good.map((index) => rows[index] ?? -1),
    ),
    olds: pick(olds, WRAPPED_DEK_BYTES, good),
    news: pick(moved, WRAPPED_DEK_BYTES, good),
  };
  return {
    moves: move.count > 0 ? [move] : [],
    failures: failures.map(({ index, code }) => failure(rows[index] ?? -1, code)),
  };
};

/** Rewraps what was read. Nothing is written; a DEK that does not open is a failure of its own and stops nothing. */
export const rewrapBatch = async (run: Run, target: RunTarget, batch: DekBatch): Promise<Rewrapped> => {
  const parts = await Promise.all(
    [...byVersion(batch)].map(([version, rows]) => rewrapVersion(run, target, batch, version, rows)),
  );
  return { moves: parts.flatMap(({ moves }) => moves), failures: parts.flatMap(({ failures }) => failures) };
};
