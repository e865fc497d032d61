import { Facts } from "#components/ui/facts.tsx";
import { formatCount, formatPercent } from "#components/ui/format.ts";
import { KEK_CACHE_SECONDS } from "#lib/domain/cache-bound.ts";
import type { VersionView } from "#lib/domain/key-view.ts";

/** How many records there are, how far they are on the current versions, and how soon a refusal is felt. */
export const CoverageFacts = ({ versions }: { versions: readonly VersionView[] }) => {
  const all = versions.reduce((sum, { deks }) => sum + deks, 0);
  const onCurrent = versions.filter(({ current }) => current).reduce((sum, { deks }) => sum + deks, 0);
  return (
    <Facts
      items={[
        { label: "Records", value: formatCount(all), mono: true },
        {
          label: "On the current version",
          value: all === 0 ? "–" : formatPercent(onCurrent, all),
          mono: true,
        },
        { label: "Reads stop within", value: `${KEK_CACHE_SECONDS} s after the KMS refuses` },
      ]}
    />
  );
};
