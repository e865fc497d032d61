import type { DekBatch, Move } from "#db/queries/rewrap-batch.ts";
import { WRAPPED_DEK_BYTES } from "#lib/crypto/wrapped-dek.ts";
import type { ErrorCode } from "#lib/domain/errors.ts";
import { pickBytes, pickPlaces, valuesOf } from "./columns.ts";
import type { Keks } from "./open-keks.ts";
import { openSource, openTarget } from "./open-keks.ts";
import type { Run, RunTarget } from "./run.ts";

/** A batch rewrapped and not yet written: one move for each version it came from, and the rows that did not open. */
export type Rewrapped = { moves: Move[]; failures: { row: number; code: ErrorCode }[] };

/** The rows of each version. Nearly always there is one. */
const byVersion = ({ count, versions }: DekBatch): Map<number, number[]> => {
  if (count === 0) return new Map();
  const rows = Array.from({ length: count }, (_, row) => row);
  const first = versions.slice(1, /[,}]/.exec(versions)?.index);
  if (versions === `{${`${first},`.repeat(count - 1)}${first}}`) return new Map([[Number(first), rows]]);
  const all = valuesOf(versions);
  return Map.groupBy(rows, (row) => Number(all[row]));
};

const rewrapVersion = async (
  run: Run,
  target: RunTarget,
  batch: DekBatch,
  version: number,
  rows: readonly number[],
  keks: Keks,
): Promise<Rewrapped> => {
  const source = await openSource(run, target, version, keks);
  if (typeof source === "string") return { moves: [], failures: rows.map((row) => ({ row, code: source })) };
  const { kek, purpose } = await openTarget(run, target, rows.length, keks);

  const olds = pickBytes(batch.deks, WRAPPED_DEK_BYTES, rows);
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
    olds: pickBytes(olds, WRAPPED_DEK_BYTES, good),
    news: pickBytes(moved, WRAPPED_DEK_BYTES, good),
  };
  return {
    moves: move.count > 0 ? [move] : [],
    failures: failures.map(({ index, code }) => ({ row: rows[index] ?? -1, code })),
  };
};

/** Rewraps what was read. Nothing is written; a DEK that does not open is a failure of its own and stops nothing. */
export const rewrapBatch = async (
  run: Run,
  target: RunTarget,
  batch: DekBatch,
  keks: Keks = run.engine.keeper.keks,
): Promise<Rewrapped> => {
  const parts = await Promise.all(
    [...byVersion(batch)].map(([version, rows]) => rewrapVersion(run, target, batch, version, rows, keks)),
  );
  return { moves: parts.flatMap(({ moves }) => moves), failures: parts.flatMap(({ failures }) => failures) };
};
