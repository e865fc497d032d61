"use client";

import { useQuery } from "@tanstack/react-query";
import { fetchLive, type ReadFailed } from "#components/fetch-live.ts";
import { OutcomeMark } from "#components/key-state.tsx";
import { partyWords } from "#components/party-words.ts";
import { DisclosureRow } from "#components/ui/disclosure-row.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { formatUtcMillis } from "#components/ui/format-time.ts";
import { SkeletonText } from "#components/ui/skeleton.tsx";
import { Td } from "#components/ui/table.tsx";
import type { EventDetail } from "#lib/services/audit/get-event.ts";
import type { EventSummary } from "#lib/services/audit/search-events.ts";
import { EventFacts } from "../event-facts.tsx";

const COLUMNS = 6;

type EventRowProps = {
  event: EventSummary;
  actorName: string | undefined;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

/** One event of the log: who did what to what, and in place all that it says. */
export const EventRow = ({ event, actorName, open, onOpenChange }: EventRowProps) => {
  const at = formatUtcMillis(event.at);
  return (
    <DisclosureRow
      mono
      columns={COLUMNS}
      summary={at}
      label={`${at} ${event.action}, details`}
      open={open}
      onOpenChange={onOpenChange}
      cells={
        <>
          <Td>
            <OutcomeMark outcome={event.outcome} />
          </Td>
          <Td mono className="truncate" title={event.action}>
            {event.action}
          </Td>
          <Td mono muted label="Tenant" className="truncate" title={event.tenant ?? undefined}>
            {event.tenant ?? "–"}
          </Td>
          <Td
            mono
            muted
            label="Target"
            className="truncate"
            title={`${event.target.type} ${event.target.id}`}
          >
            {partyWords(event.target)}
          </Td>
          <Td muted label="Actor" className="truncate" title={event.actor.id}>
            {actorName ?? partyWords(event.actor)}
          </Td>
        </>
      }
    >
      <EventDetails id={event.id} actorName={actorName} />
    </DisclosureRow>
  );
};

const EventDetails = ({ id, actorName }: { id: string; actorName: string | undefined }) => {
  const { data, error, refetch } = useQuery<EventDetail, ReadFailed>({
    queryKey: ["event", id],
    queryFn: () => fetchLive(`/api/audit/${id}`),
  });
  if (error) {
    return (
      <ErrorState
        code={error.code}
        message="The event could not be read."
        requestId={error.requestId}
        onRetry={() => void refetch()}
      />
    );
  }
  return data ? <EventFacts event={data} actorName={actorName} permalink /> : <SkeletonText lines={6} />;
};
