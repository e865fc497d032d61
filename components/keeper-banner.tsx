import { Banner } from "./ui/banner.tsx";
import { RelativeTime } from "./ui/relative-time.tsx";

type KeeperBannerProps = { lastSeenAt: string | null; now: string };

/** No keeper has been heard of for too long. What is on record can still be read. */
export const KeeperBanner = ({ lastSeenAt, now }: KeeperBannerProps) => (
  <Banner tone="warning" title="The keeper is away.">
    {lastSeenAt ? (
      <>
        Last heard <RelativeTime at={lastSeenAt} now={now} />.{" "}
      </>
    ) : (
      "It has not been heard of yet. "
    )}
    Pages show what is on record. Rotations, rewraps and new keys are kept as requests and done when it is
    back.
  </Banner>
);
