import type { Route } from "next";
import { auditHref } from "#components/audit-href.ts";
import { OutcomeMark } from "#components/key-state.tsx";
import { partyWords } from "#components/party-words.ts";
import { ErrorState } from "#components/ui/error-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { Table, TBody, Td, THead, Th, Tr } from "#components/ui/table.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { searchEvents } from "#lib/services/audit/search-events.ts";
import { readOrError } from "#lib/web/gate.ts";
import { pageNow } from "#lib/web/page-now.ts";

const SHOWN = 8;

/** What happened here last. */
export const EventsPanel = async ({ slug }: { slug: string }) => {
  const found = await readOrError(searchEvents, { tenant: slug, limit: SHOWN });
  if (!found.ok) return <ErrorState title="The events could not be read" {...found} />;
  const now = pageNow();
  return (
    <Section
      title="Recent events"
      actions={<TextLink href={auditHref({ tenant: slug })}>All events of this tenant</TextLink>}
    >
      <Table label="Recent events" density="log" className="min-w-140">
        <THead>
          <Th>Action</Th>
          <Th>Target</Th>
          <Th>Actor</Th>
          <Th>Outcome</Th>
          <Th>When</Th>
        </THead>
        <TBody>
          {found.value.events.map((event) => (
            <Tr key={event.id}>
              <Td mono>
                <TextLink href={`/audit/${event.id}` as Route}>{event.action}</TextLink>
              </Td>
              <Td mono muted title={event.target.id}>
                {partyWords(event.target)}
              </Td>
              <Td mono muted title={event.actor.id}>
                {partyWords(event.actor)}
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
