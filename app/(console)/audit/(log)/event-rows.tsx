"use client";

import { useQueryStates } from "nuqs";
import { useEffect, useRef } from "react";
import { Kbd } from "#components/ui/kbd.tsx";
import { Table, TBody, THead, Th } from "#components/ui/table.tsx";
import { useToast } from "#components/ui/toast.tsx";
import type { EventSummary } from "#lib/services/audit/search-events.ts";
import { EventRow } from "./event-row.tsx";
import { isTyping } from "#components/ui/is-typing.ts";
import { VIEW_PARAMS } from "#components/audit-params.ts";

type EventRowsProps = { events: readonly EventSummary[]; names: Record<string, string> };

const KEYS = [
  ["/", "query"],
  ["j", "next"],
  ["k", "previous"],
  ["Enter", "open"],
  ["c", "copy link"],
] as const;

/** The events of a page; each opens in place. */
export const EventRows = ({ events, names }: EventRowsProps) => {
  const container = useRef<HTMLDivElement>(null);
  const { toast } = useToast();
  const [{ open }, setView] = useQueryStates(
    { open: VIEW_PARAMS.open },
    { history: "replace", scroll: false },
  );

  useEffect(() => {
    const copyLink = async (event: EventSummary) => {
      await navigator.clipboard.writeText(`${location.origin}/audit/${event.id}`);
      toast({ title: "Copied the link", description: event.action, tone: "info" });
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (isTyping(event.target) || event.metaKey || event.ctrlKey || event.altKey) return;
      const buttons = [
        ...(container.current?.querySelectorAll<HTMLButtonElement>("tbody button[aria-expanded]") ?? []),
      ];
      const at = buttons.findIndex((button) => button === document.activeElement);
      const row = events[at];
      if (event.key === "j") buttons[at + 1]?.focus();
      if (event.key === "k") buttons[at - 1]?.focus();
      if (event.key === "c" && row) void copyLink(row);
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [events, toast]);

  return (
    <div ref={container}>
      <Table
        label="Events"
        density="log"
        stacks
        className="sm:min-w-220 sm:table-fixed sm:[&_:is(td,th):not(:last-child)]:pr-4 [&_td:not([colspan])]:whitespace-nowrap"
      >
        <THead>
          <Th className="w-50">Time, UTC</Th>
          <Th className="w-18">Outcome</Th>
          <Th className="w-49">Action</Th>
          <Th className="w-21">Tenant</Th>
          <Th className="w-53">Target</Th>
          <Th>Actor</Th>
        </THead>
        <TBody>
          {events.map((event) => (
            <EventRow
              key={event.id}
              event={event}
              actorName={names[event.actor.id]}
              open={event.id === open}
              onOpenChange={(opens) => void setView({ open: opens ? event.id : null })}
            />
          ))}
        </TBody>
      </Table>
      <p className="mt-3 flex flex-wrap gap-x-4 gap-y-1 text-micro text-muted max-desk:hidden">
        {KEYS.map(([key, act]) => (
          <span key={key} className="inline-flex items-center gap-1.5">
            <Kbd>{key}</Kbd> {act}
          </span>
        ))}
      </p>
    </div>
  );
};
