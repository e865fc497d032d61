import type { Route } from "next";
import { auditHref } from "#components/audit-href.ts";
import { OutcomeMark } from "#components/key-state.tsx";
import { partyWords } from "#components/party-words.ts";
import { ErrorState } from "#components/ui/error-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { Table, TBody, Td, THead, Th, Tr } from "#components/ui/table.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { actorNames } from "#lib/services/audit/actor-names.ts";
import { type EventSummary, searchEvents } from "#lib/services/audit/search-events.ts";
import { readOrError } from "#lib/web/gate.ts";
import { pageNow } from "#lib/web/page-now.ts";
import { EventsWatch } from "./events-watch.tsx";

const SHOWN = 8;

type EventsPanelProps = {
  slug: string;
  /** In the log's language; without one it is all of the tenant. */
  query?: string;
  title?: string;
  all?: string;
};

/** What happened here last; it follows while the page is open. */
export const EventsPanel = async ({
  slug,
  query,
  title = "Recent events",
  all = "All events of this tenant",
}: EventsPanelProps) => {
  const found = await readOrError(searchEvents, { tenant: slug, limit: SHOWN, query });
  if (!found.ok) return <ErrorState title="The events could not be read" {...found} />;
  const now = pageNow();
  const { events } = found.value;
  const names = await readOrError(actorNames, { ids: events.map(({ actor }) => actor.id) });
  const nameOf = ({ actor }: EventSummary) => (names.ok ? names.value[actor.id] : undefined);
  return (
    <Section
      title={title}
      actions={<TextLink href={auditHref(query ? { q: query } : { tenant: slug })}>{all}</TextLink>}
    >
      <EventsWatch
        query={new URLSearchParams({ tenant: slug, ...(query && { q: query }) }).toString()}
        newest={events[0]?.id ?? null}
      />
      <Table label={title} density="log" stacks className="sm:min-w-140">
        <THead>
          <Th>Action</Th>
          <Th>Target</Th>
          <Th>Actor</Th>
          <Th>Outcome</Th>
          <Th>When</Th>
        </THead>
        <TBody>
          {events.map((event) => (
            <Tr key={event.id}>
              <Td mono>
                <TextLink href={`/audit/${event.id}` as Route}>{event.action}</TextLink>
              </Td>
              <Td mono muted label="Target" title={event.target.id}>
                {partyWords(event.target)}
              </Td>
              <Td mono muted label="Actor" title={event.actor.id}>
                {nameOf(event) ?? partyWords(event.actor)}
              </Td>
              <Td>
                <OutcomeMark outcome={event.outcome} />
              </Td>
              <Td muted>
                <RelativeTime at={event.at} now={now} />
              </Td>
            </Tr>
          ))}
        </TBody>
      </Table>
    </Section>
  );
};
