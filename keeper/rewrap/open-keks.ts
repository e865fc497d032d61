import type { KekCache, OpenKek } from "../keys/kek-cache.ts";
import { NotHeld } from "../keys/kek-cache.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { ErrorCode } from "#lib/domain/errors.ts";
import { Blocked, Halt } from "./halt.ts";
import type { Run, RunTarget } from "./run.ts";

// Another try later may find the KMS, the database or the key as they were. A version that opens nothing any more stays so.
const asBlocked = (error: unknown): unknown => {
  // Read again, and opened with no row locked.
  if (error instanceof NotHeld) return new Halt("look-again");
  return error instanceof DomainError && error.code !== "VERSION_RETIRED" && error.code !== "UNAVAILABLE"
    ? new Blocked(error.code, error)
    : error;
};

/** Where KEKs come from: the cache, or what of it is held when rows are locked and no KMS may be waited for. */
export type Keks = KekCache["held"];

/**
 * The KEK of the target, with `count` wraps reserved.
 *
 * @throws `Blocked` when it cannot be opened, `Halt` when the key was rotated meanwhile.
 */
export const openTarget = async (
  run: Run,
  target: RunTarget,
  count: number,
  keks: Keks = run.engine.keeper.keks,
): Promise<OpenKek> => {
  const open = () =>
    keks.forWrap(run.tenantId, target.keyName, count, run.req).catch((error: unknown) => {
      throw asBlocked(error);
    });
  const cached = await open();
  if (cached.kek.version === target.targetVersion) return cached;
  // Rotated since the cache was filled, or since the batch was read.
  run.engine.keeper.keks.drop(run.tenantId);
  const fresh = await open();
  if (fresh.kek.version !== target.targetVersion) throw new Halt("look-again");
  return fresh;
};

/**
 * The KEK of a version that DEKs are moved from, or the code of what every one of them fails with.
 *
 * @throws `Blocked` when it cannot be opened now.
 */
export const openSource = async (
  run: Run,
  target: RunTarget,
  version: number,
  keks: Keks = run.engine.keeper.keks,
): Promise<OpenKek | ErrorCode> => {
  try {
    const source = await keks.forUnwrap(run.tenantId, target.keyId, version, run.req);
    // A DEK that was open to somebody else stays so under any key: only a re-encrypt helps.
    return source.state === "compromised" && target.mode === "rewrap" ? "INVALID_STATE" : source;
  } catch (error) {
    if (error instanceof DomainError && error.code === "VERSION_RETIRED") return error.code;
    throw asBlocked(error);
  }
};
