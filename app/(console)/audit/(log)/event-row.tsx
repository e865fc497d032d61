"use client";

import { useQuery } from "@tanstack/react-query";
import { OutcomeMark } from "#components/key-state.tsx";
import { DisclosureRow } from "#components/ui/disclosure-row.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { formatUtcMillis } from "#components/ui/format-time.ts";
import { SkeletonText } from "#components/ui/skeleton.tsx";
import { Td } from "#components/ui/table.tsx";
import type { EventDetail } from "#lib/services/audit/get-event.ts";
import type { EventSummary } from "#lib/services/audit/search-events.ts";
import { EventFacts } from "../event-facts.tsx";

const COLUMNS = 6;
const UUID = /^([0-9a-f]{8}-[0-9a-f]{4})-[0-9a-f-]{22}/;
const SHOWN_CHARS = 32;

/** An id in a list: the beginning of a UUID, with what follows it, as a version's number. */
const short = (id: string): string =>
  UUID.test(id) ? id.replace(UUID, "$1…") : id.length > SHOWN_CHARS ? `${id.slice(0, SHOWN_CHARS)}…` : id;

const actorWords = ({ type, id }: EventSummary["actor"]): string =>
  type === id ? type : `${type} ${short(id)}`;

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
          <Td mono>{event.action}</Td>
          <Td mono muted className="max-w-40 truncate">
            {event.tenant ?? "–"}
          </Td>
          <Td mono muted>
            <span title={`${event.target.type} ${event.target.id}`}>
              {event.target.type} {short(event.target.id)}
            </span>
          </Td>
          <Td muted>
            <span title={event.actor.id}>{actorName ?? actorWords(event.actor)}</span>
          </Td>
          <Td>
            <OutcomeMark outcome={event.outcome} />
          </Td>
        </>
      }
    >
      <EventDetails id={event.id} actorName={actorName} />
    </DisclosureRow>
  );
};

const fetchEvent = async (id: string): Promise<EventDetail> => {
  const response = await fetch(`/api/audit/${id}`, { cache: "no-store" });
  if (!response.ok) throw new Error((await response.json().catch(() => null))?.error?.code ?? "UNAVAILABLE");
  return response.json();
};

const EventDetails = ({ id, actorName }: { id: string; actorName: string | undefined }) => {
  const { data, error, refetch } = useQuery({ queryKey: ["event", id], queryFn: () => fetchEvent(id) });
  if (error) {
    return (
      <ErrorState
        code={error.message}
        message="The event could not be read."
        onRetry={() => void refetch()}
      />
    );
  }
  return data ? <EventFacts event={data} actorName={actorName} permalink /> : <SkeletonText lines={6} />;
};
