"use client";

import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useRef, useState } from "react";
import { OutcomeMark } from "#components/key-state.tsx";
import { DisclosureRow } from "#components/ui/disclosure-row.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { formatUtcMillis } from "#components/ui/format-time.ts";
import { SkeletonText } from "#components/ui/skeleton.tsx";
import { Table, TBody, Td, THead, Th } from "#components/ui/table.tsx";
import type { EventDetail } from "#lib/services/audit/get-event.ts";
import type { EventSummary } from "#lib/services/audit/search-events.ts";
import { EventFacts } from "./event-facts.tsx";

const COLUMNS = 6;

type EventRowsProps = { events: readonly EventSummary[]; names: Record<string, string> };

/** `j` and `k` go from row to row; Enter opens the one that has the focus. */
const moveFocus = (event: KeyboardEvent<HTMLDivElement>, container: HTMLDivElement | null): void => {
  if (event.key !== "j" && event.key !== "k") return;
  if (event.target instanceof HTMLInputElement || event.metaKey || event.ctrlKey || event.altKey) return;
  const buttons = [...(container?.querySelectorAll<HTMLButtonElement>("tbody button[aria-expanded]") ?? [])];
  const at = buttons.findIndex((button) => button === document.activeElement);
  const next = buttons[at + (event.key === "j" ? 1 : -1)] ?? (at === -1 ? buttons[0] : undefined);
  next?.focus();
};

/** The events of a page; each opens in place. */
export const EventRows = ({ events, names }: EventRowsProps) => {
  const container = useRef<HTMLDivElement>(null);
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- the keys move between the buttons inside
    <div ref={container} onKeyDown={(event) => moveFocus(event, container.current)}>
      <Table label="Events" density="log" className="min-w-208">
        <THead>
          <Th>Time, UTC</Th>
          <Th>Action</Th>
          <Th>Tenant</Th>
          <Th>Target</Th>
          <Th>Actor</Th>
          <Th>Outcome</Th>
        </THead>
        <TBody>
          {events.map((event) => (
            <EventRow key={event.id} event={event} actorName={names[event.actor.id]} />
          ))}
        </TBody>
      </Table>
    </div>
  );
};

const short = (id: string): string => (id.length > 26 ? `${id.slice(0, 24)}…` : id);

const EventRow = ({ event, actorName }: { event: EventSummary; actorName: string | undefined }) => {
  const [open, setOpen] = useState(false);
  const at = formatUtcMillis(event.at);
  return (
    <DisclosureRow
      mono
      columns={COLUMNS}
      summary={at}
      label={`${at} ${event.action}, details`}
      open={open}
      onOpenChange={setOpen}
      cells={
        <>
          <Td mono>{event.action}</Td>
          <Td mono muted>
            {event.tenant ?? "–"}
          </Td>
          <Td mono muted>
            <span title={`${event.target.type} ${event.target.id}`}>
              {event.target.type} {short(event.target.id)}
            </span>
          </Td>
          <Td muted>
            <span title={event.actor.id}>{actorName ?? `${event.actor.type} ${short(event.actor.id)}`}</span>
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
