import type { DekBatch, Move } from "#db/queries/rewrap-batch.ts";
import { WRAPPED_DEK_BYTES } from "#lib/crypto/wrapped-dek.ts";
import type { ErrorCode } from "#lib/domain/errors.ts";
import { openSource, openTarget } from "./open-keks.ts";
import type { Run, RunTarget } from "./run.ts";

export type Failure = { id: Uint8Array; code: ErrorCode };

/** A batch rewrapped and not yet written: one move for each version it came from. */
export type Rewrapped = { moves: Move[]; failures: Failure[] };

const ID = 16;

/** Picks the rows at `places` out of columns of fixed width. */
const pick = (column: Uint8Array, width: number, places: readonly number[]): Uint8Array => {
  if (places.length * width === column.length) return column;
  const picked = new Uint8Array(places.length * width);
  for (const [i, place] of places.entries())
    picked.set(column.subarray(place * width, (place + 1) * width), i * width);
  return picked;
};

const byVersion = (batch: DekBatch): Map<number, number[]> =>
  Map.groupBy(Array(batch.count).keys(), (i) => batch.versions.readInt32BE(i * 4));

const rewrapVersion = async (
  run: Run,
  target: RunTarget,
  batch: DekBatch,
  version: number,
  places: readonly number[],
): Promise<{ move: Move | null; failures: Failure[] }> => {
  const ids = pick(batch.ids, ID, places);
  const olds = pick(batch.deks, WRAPPED_DEK_BYTES, places);
  const idAt = (i: number) => ids.subarray(i * ID, (i + 1) * ID);
  const source = await openSource(run, target, version);
  if (typeof source === "string")
    return { move: null, failures: places.map((_, i) => ({ id: idAt(i), code: source })) };
  const { kek, purpose } = await openTarget(run, target, places.length);

  const { moved, failures } = await run.engine.crypto.rewrap({
    keyId: target.keyId,
    purpose,
    tenant: run.tenantId,
    from: { version, key: source.kek.key },
    to: { version: kek.version, key: kek.key },
    deks: olds,
  });
  const failed = new Set(failures.map(({ index }) => index));
  const good = failed.size === 0 ? places.map((_, i) => i) : [...places.keys()].filter((i) => !failed.has(i));
  const move: Move = {
    keyId: target.keyId,
    from: version,
    to: kek.version,
    count: good.length,
    ids: pick(ids, ID, good),
    olds: pick(olds, WRAPPED_DEK_BYTES, good),
    news: pick(moved, WRAPPED_DEK_BYTES, good),
  };
  return {
    move: move.count > 0 ? move : null,
    failures: failures.map(({ index, code }) => ({ id: idAt(index), code })),
  };
};

/** Rewraps what was read. Nothing is written; a DEK that does not open is a failure of its own and stops nothing. */
export const rewrapBatch = async (run: Run, target: RunTarget, batch: DekBatch): Promise<Rewrapped> => {
  const parts = await Promise.all(
    [...byVersion(batch)].map(([version, places]) => rewrapVersion(run, target, batch, version, places)),
  );
  return {
    moves: parts.flatMap(({ move }) => move ?? []),
    failures: parts.flatMap(({ failures }) => failures),
  };
};
