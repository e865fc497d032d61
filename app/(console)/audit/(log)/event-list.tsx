import type { Route } from "next";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { actorNames } from "#lib/services/audit/actor-names.ts";
import type { EventsOverTime } from "#lib/services/audit/count-over-time.ts";
import type { SavedView } from "#lib/services/audit/list-views.ts";
import type { EventPage } from "#lib/services/audit/search-events.ts";
import type { ReadResult } from "#lib/web/gate.ts";
import { readOrError } from "#lib/web/gate.ts";
import { EventRows } from "./event-rows.tsx";
import { ExportMenu } from "./export-menu.tsx";
import { LiveTail } from "./live-tail.tsx";
import { ViewsMenu } from "./views-menu.tsx";

type EventListProps = {
  page: EventPage;
  asked: { q: string; from: string; to: string; cursor: string };
  timeline: Promise<ReadResult<EventsOverTime>>;
  /** Null for whoever keeps none. */
  views: readonly SavedView[] | null;
  mayExport: boolean;
};

/** A page of events, what can be done with all of them, and the way to older ones. */
export const EventList = async ({ page, asked, timeline, views, mayExport }: EventListProps) => {
  const [names, counted] = await Promise.all([
    readOrError(actorNames, { ids: page.events.map(({ actor }) => actor.id) }),
    timeline,
  ]);
  const { cursor, ...query } = asked;
  const filled = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ""));
  const older = page.next && new URLSearchParams({ ...filled, cursor: page.next });
  const total = counted.ok ? { count: counted.value.total, isPartial: counted.value.isPartial } : null;
  return (
    <section aria-label="Events" className="min-w-0">
      <div className="flex min-h-9 flex-wrap items-center justify-end gap-2">
        {cursor === "" && query.to === "" ? (
          <LiveTail newest={page.events[0]?.id ?? null} query={new URLSearchParams(filled).toString()} />
        ) : null}
        {views ? <ViewsMenu views={views} /> : null}
        {mayExport ? <ExportMenu query={filled} total={total} /> : null}
      </div>
      {page.events.length === 0 ? (
        <EmptyState title="No events match">
          Widen the time range or take something out of the query.
        </EmptyState>
      ) : (
        <EventRows events={page.events} names={names.ok ? names.value : {}} />
      )}
      <p className="mt-4 flex gap-x-6">
        {cursor ? (
          <TextLink href={`/audit?${new URLSearchParams(filled)}` as Route}>Newest events</TextLink>
        ) : null}
        {older ? <TextLink href={`/audit?${older}` as Route}>Older events</TextLink> : null}
      </p>
    </section>
  );
};
