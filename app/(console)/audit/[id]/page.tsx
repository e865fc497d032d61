import type { Metadata, Route } from "next";
import { EventInclusion } from "#components/event-inclusion.tsx";
import { OutcomeMark } from "#components/key-state.tsx";
import { CodeSample } from "#components/ui/code-sample.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { actorNames } from "#lib/services/audit/actor-names.ts";
import { getEvent } from "#lib/services/audit/get-event.ts";
import { read } from "#lib/web/gate.ts";
import { EventFacts } from "../event-facts.tsx";

export const metadata: Metadata = { title: "Event" };

const EventPage = async ({ params }: { params: Promise<{ id: string }> }) => {
  const event = await read(getEvent, { id: (await params).id });
  const names = event.entry ? await read(actorNames, { ids: [event.entry.actor.id] }) : {};
  const neighbours = [event.leaf?.previous, event.leaf?.next].filter((row) => row != null);
  return (
    <>
      <PageHeader
        title={event.entry?.action ?? "A changed entry"}
        mono
        crumbs={[{ href: "/audit", label: "Audit log" }]}
        meta={event.entry ? <OutcomeMark outcome={event.entry.outcome} /> : null}
      />
      <div className="mt-6 grid gap-8">
        <EventFacts event={event} actorName={event.entry ? names[event.entry.actor.id] : undefined} />
        {event.entry ? (
          <Section title="As it was logged" description="The exact bytes that its leaf hash is made of.">
            <CodeSample label="Entry, canonical JSON" code={event.text} wrap />
          </Section>
        ) : null}
        {event.leaf && event.entry ? (
          <Section
            title="Proof"
            description="This browser hashes the entry above and folds the proof of its place to the root of its tree."
          >
            <EventInclusion id={event.id} text={event.text} />
          </Section>
        ) : null}
        {neighbours.length > 0 ? (
          <Section title="Beside it in the tree">
            <ul className="grid gap-1 font-mono">
              {neighbours.map((row) => (
                <li key={row.index}>
                  {row.index}{" "}
                  {row.eventId ? (
                    <TextLink href={`/audit/${row.eventId}` as Route}>{row.action ?? row.eventId}</TextLink>
                  ) : (
                    <span className="text-muted">the published head of a tenant’s tree</span>
                  )}
                </li>
              ))}
            </ul>
          </Section>
        ) : null}
      </div>
    </>
  );
};

export default EventPage;
