import type { StandingRow } from "#db/queries/version-standing.ts";
import { findStandings } from "#db/queries/version-standing.ts";
import { withTenant } from "#db/tenant-tx.ts";
import type { WrappedDek } from "#lib/crypto/wrapped-dek.ts";
import { decryptFailed } from "#lib/domain/errors.ts";
import type { OpenKek } from "../keys/kek-cache.ts";
import type { Keeper } from "../keeper.ts";
import { refuseKey, refuseVersion } from "../records/refuse-unusable.ts";
import type { Caller } from "../tokens/caller.ts";
import type { Outcome } from "./attempt.ts";
import { attemptAsync } from "./attempt.ts";

/** A version that wrapped DEKs name: how it stands, if the tenant has it, and its KEK or why it is not used. */
export type Source = { standing: StandingRow | null; open: Outcome<OpenKek> };

export const sourceId = ({ keyId, keyVersion }: Pick<WrappedDek, "keyId" | "keyVersion">): string =>
  `${keyId}/${keyVersion}`;

/**
 * The versions that wrapped DEKs name, as they stand now: a suspension counts from the moment it is committed. What the
 * tenant does not have is `DECRYPT_FAILED`, whoever may have it.
 */
export const openSources = async (
  { keks, db }: Keeper,
  { tenantId }: Caller,
  wraps: readonly WrappedDek[],
  req: string,
): Promise<Map<string, Source>> => {
  const named = new Map(wraps.map((wrapped) => [sourceId(wrapped), wrapped]));
  if (named.size === 0) return new Map();
  const rows = await withTenant(db, tenantId, (tx) => findStandings(tx, [...named.values()]));
  const standings = new Map(rows.map((row) => [sourceId(row), row]));
  const sources = new Map<string, Source>();
  for (const [id, { keyId, keyVersion }] of named) {
    const standing = standings.get(id) ?? null;
    const open = await attemptAsync(async () => {
      if (!standing) throw decryptFailed("unknown_version");
      refuseKey(standing);
      refuseVersion(standing);
      return keks.forUnwrap(tenantId, keyId, keyVersion, req);
    });
    sources.set(id, { standing, open });
  }
  return sources;
};
