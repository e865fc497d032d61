import type { Route } from "next";
import { auditHref } from "#components/audit-href.ts";
import { partyWords } from "#components/party-words.ts";
import { ErrorState } from "#components/ui/error-state.tsx";
import { formatCount } from "#components/ui/format.ts";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { Table, TBody, Td, THead, Th, Tr } from "#components/ui/table.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { actorNames } from "#lib/services/audit/actor-names.ts";
import { recentDenials } from "#lib/services/overview/recent-denials.ts";
import { readOrError } from "#lib/web/gate.ts";
import { pageNow } from "#lib/web/page-now.ts";

/** Requests that were refused within a day. */
export const DenialsPanel = async () => {
  const denials = await readOrError(recentDenials);
  if (!denials.ok) return <ErrorState title="The refused requests could not be read" {...denials} />;
  const { count, capped, events } = denials.value;
  const names = await readOrError(actorNames, { ids: events.map(({ actor }) => actor.id) });
  const now = pageNow();
  return (
    <Section
      title="Denied requests, 24 h"
      actions={
        <TextLink href={auditHref({ outcome: "denied" })}>
          {formatCount(count)}
          {capped ? " and more" : ""} in the log
        </TextLink>
      }
    >
      {events.length === 0 ? (
        <p className="text-muted">Nobody was refused anything.</p>
      ) : (
        <Table label="Denied requests" density="log" stacks className="sm:min-w-120">
          <THead>
            <Th>Action</Th>
            <Th>Tenant</Th>
            <Th>Actor</Th>
            <Th>When</Th>
          </THead>
          <TBody>
            {events.map((event) => (
              <Tr key={event.id}>
                <Td mono>
                  <TextLink href={`/audit/${event.id}` as Route}>{event.action}</TextLink>
                </Td>
                <Td mono muted label="Tenant">
                  {event.tenant ?? "–"}
                </Td>
                <Td mono muted label="Actor" title={event.actor.id}>
                  {(names.ok ? names.value[event.actor.id] : undefined) ?? partyWords(event.actor)}
                </Td>
                <Td muted>
                  <RelativeTime at={event.at} now={now} />
                </Td>
              </Tr>
            ))}
          </TBody>
        </Table>
      )}
    </Section>
  );
};
