import type { CmkHealth } from "#lib/domain/key-state.ts";
import type { KeyView } from "#lib/domain/key-view.ts";
import { KEK_CACHE_SECONDS } from "#lib/domain/cache-bound.ts";
import type { KeyHolder } from "./key-holders.ts";
import { holderName, isShared, wrappedVersions } from "./key-holders.ts";
import { plural } from "./ui/format.ts";

/** Decision 5 has what was wrapped opened again where a provider does not say under which version it wrapped. */
const REQUESTS_PER_VERSION = 3;

const SEEN: Readonly<Partial<Record<CmkHealth, string>>> = {
  disabled: "is disabled",
  pending_import: "waits for its key material",
  pending_deletion: "is about to be deleted",
  destroyed: "is destroyed",
  forbidden: "refuses us",
  throttled: "asks for fewer calls",
  unreachable: "does not answer",
};

const notNow = (holder: KeyHolder | null): string | null => {
  const seen = holder?.health ? SEEN[holder.health] : undefined;
  return seen
    ? `When we last looked, ${holderName(holder)} ${seen}: while that is so, the move fails and nothing changes.`
    : null;
};

const powerOf = (to: KeyHolder | null): string =>
  isShared(to)
    ? "A CMK of the platform is shared, and the tenant cannot take it away: after a deletion, backups of the database stay readable until they expire."
    : `Whoever owns ${holderName(to)} can then end all access to this key, within ${KEK_CACHE_SECONDS}\u00a0s.`;

/** What moving a key does, and what it leaves alone. */
export const moveImpact = (key: KeyView, from: KeyHolder | null, to: KeyHolder | null): (string | null)[] => {
  const versions = wrappedVersions(key).filter(({ cmk }) => to === null || cmk.id !== to.id);
  const records = key.versions.reduce((sum, { deks }) => sum + deks, 0);
  const { length } = versions;
  return [
    `${plural(length, "version is", "versions are")} opened under ${holderName(from)} and wrapped anew under ${holderName(to)}. The keys themselves stay the same.`,
    `No record is touched: ${plural(records, "record")} under this key ${records === 1 ? "keeps its" : "keep their"} DEK and ciphertext. Reads and writes go on.`,
    `At most ${plural(length * REQUESTS_PER_VERSION, "request")} to the KMS, ${REQUESTS_PER_VERSION} for each version, and a login at each side.`,
    powerOf(to),
    `Backups of the database still hold what ${holderName(from)} wrapped: keep that CMK until they have expired.`,
    notNow(from),
    notNow(to),
  ];
};
