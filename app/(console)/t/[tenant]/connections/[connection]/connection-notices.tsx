"use client";

import { Banner } from "#components/ui/banner.tsx";
import { CodeSample } from "#components/ui/code-sample.tsx";
import { formatDuration } from "#components/ui/format.ts";
import { formatUtc } from "#components/ui/format-time.ts";
import { KEK_CACHE_SECONDS } from "#lib/domain/cache-bound.ts";
import type { ConnectionView } from "#lib/domain/connection-view.ts";
import { cancelDeletion } from "./cancel-deletion.ts";

type ConnectionNoticesProps = { connection: ConnectionView; now: string };

const Doomed = ({ connection, deletionAt, now }: ConnectionNoticesProps & { deletionAt: string }) => {
  const seconds = (Date.parse(deletionAt) - Date.parse(now)) / 1000;
  const cancel = cancelDeletion(connection);
  return (
    <>
      <Banner tone="danger" title={`The provider deletes this key in ${formatDuration(seconds)}.`}>
        On {formatUtc(deletionAt)} everything under it becomes unreadable for good. Until then its owner can
        cancel that at the provider.
      </Banner>
      {cancel ? <CodeSample code={cancel} label="To cancel the deletion" wrap /> : null}
    </>
  );
};

/** What of a connection needs somebody: its key is about to be deleted, or its provider is left alone. */
export const ConnectionNotices = ({ connection, now }: ConnectionNoticesProps) => {
  const { probe } = connection;
  if (!probe) return null;
  return (
    <>
      {probe.health === "pending_deletion" && probe.deletionAt ? (
        <Doomed connection={connection} deletionAt={probe.deletionAt} now={now} />
      ) : null}
      {probe.paused ? (
        <Banner tone="warning" title="Calls are paused.">
          The KMS did not answer several times in a row, so it is left alone for 15 s at a time; then one call
          tries. What needs it is refused at once and does not wait; keys that are open already go on for up
          to {KEK_CACHE_SECONDS} s. Other connections are not affected.
        </Banner>
      ) : null}
    </>
  );
};
