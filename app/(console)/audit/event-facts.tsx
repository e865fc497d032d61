"use client";

import type { Route } from "next";
import { Changes } from "#components/event-changes.tsx";
import { readChanges, shownValue } from "#components/read-changes.ts";
import { Copyable } from "#components/ui/copyable.tsx";
import { Facts } from "#components/ui/facts.tsx";
import { formatUtcMillis } from "#components/ui/format-time.ts";
import { TextLink } from "#components/ui/text-link.tsx";
import { auditHref } from "#lib/domain/audit-query/edit.ts";
import type { EventDetail } from "#lib/services/audit/get-event.ts";

const NEAR_MS = 5 * 60_000;

/** Actor and five minutes either side: what else they did around it. */
const nearLink = (actor: string, at: string): Route => {
  const instant = Date.parse(at);
  return auditHref(
    { actor },
    { from: new Date(instant - NEAR_MS).toISOString(), to: new Date(instant + NEAR_MS).toISOString() },
  ) as Route;
};

/** "person, through the console"; a keeper and the command line speak for themselves. */
const actorWords = ({ actor, source }: { actor: { type: string }; source: string }): string =>
  actor.type === source ? actor.type : `${actor.type}, through the ${source}`;

type EventFactsProps = { event: EventDetail; actorName?: string; permalink?: boolean };

/** Everything one event says, and its place in its tree. */
export const EventFacts = ({
  event: { id, tenant, entry, text, leaf },
  actorName,
  permalink = false,
}: EventFactsProps) => {
  if (!entry) {
    return (
      <div className="grid gap-2">
        <p className="text-danger">These bytes are not an entry. They were changed after they were logged.</p>
        <pre className="overflow-x-auto font-mono">{text}</pre>
      </div>
    );
  }
  const { changes, rest } = readChanges(entry.detail);
  return (
    <div className="grid gap-4">
      <Facts
        items={[
          { label: "Event", value: <Copyable value={id} label="event id" /> },
          { label: "Time, UTC", value: formatUtcMillis(entry.t), mono: true },
          { label: "Tenant", value: tenant ?? "the operator’s own", mono: tenant !== null },
          {
            label: "Actor",
            value: (
              <>
                {actorName ? `${actorName} · ` : ""}
                {entry.actor.id === entry.actor.type ? (
                  actorWords(entry)
                ) : (
                  <>
                    <Copyable value={entry.actor.id} label="actor id" /> ({actorWords(entry)})
                  </>
                )}
              </>
            ),
          },
          {
            label: "Target",
            value:
              entry.target.id === entry.target.type ? (
                entry.target.type
              ) : (
                <>
                  {entry.target.type} <Copyable value={entry.target.id} label={`${entry.target.type} id`} />
                </>
              ),
            mono: true,
          },
          { label: "Request", value: <Copyable value={entry.req} label="request id" /> },
          ...(entry.reason === undefined ? [] : [{ label: "Reason", value: entry.reason }]),
          ...(entry.cause === undefined
            ? []
            : [
                {
                  label: "Caused by",
                  value: <TextLink href={`/audit/${entry.cause}` as Route}>{entry.cause}</TextLink>,
                  mono: true,
                },
              ]),
          {
            label: "Leaf",
            value: leaf
              ? `${leaf.index} of ${leaf.size} in the tree ${leaf.tree}`
              : "not in a tree yet; the sequencer takes it within a second",
            mono: leaf !== null,
          },
          ...(leaf ? [{ label: "Leaf hash", value: <Copyable value={leaf.hash} label="leaf hash" /> }] : []),
        ]}
      />
      {leaf && !leaf.isIntact ? (
        <p className="text-danger">
          The stored bytes do not have this hash: the entry was changed after it was logged.
        </p>
      ) : null}
      {changes.length > 0 ? <Changes changes={changes} /> : null}
      {rest.length > 0 ? (
        <Facts
          className="rounded border border-line bg-paper p-3"
          items={rest.map(([label, value]) => ({ label, value: shownValue(value), mono: true }))}
        />
      ) : null}
      <p className="flex flex-wrap gap-x-4 gap-y-1">
        {permalink ? <TextLink href={`/audit/${id}` as Route}>Permalink</TextLink> : null}
        <TextLink href={auditHref({ request: entry.req }) as Route}>Same request</TextLink>
        <TextLink href={nearLink(entry.actor.id, entry.t)}>Same actor ± 5 min</TextLink>
        <TextLink href={auditHref({ target: entry.target.id }) as Route}>Same target</TextLink>
      </p>
    </div>
  );
};
