"use client";

import { useQuery } from "@tanstack/react-query";
import { fetchLive, type ReadFailed } from "#components/fetch-live.ts";
import { useRefreshOn } from "#components/use-refresh-on.ts";
import type { EventPage } from "#lib/services/audit/search-events.ts";

/** As often as a key is looked at whose page is open and for which nothing is under way. */
const EVERY_MS = 10_000;

type EventsWatchProps = {
  /** What the log is asked: the newest event of it is looked for. */
  query: string;
  /** The newest event that the page shows. */
  newest: string | null;
};

/** Looks for a newer event while the page is looked at, and reads the page again when there is one. */
export const EventsWatch = ({ query, newest }: EventsWatchProps) => {
  const { data } = useQuery<EventPage, ReadFailed>({
    queryKey: ["newest event", query],
    queryFn: () => fetchLive(`/api/audit?${query}&limit=1`),
    refetchInterval: EVERY_MS,
  });
  useRefreshOn(data ? (data.events[0]?.id ?? null) : newest);
  return null;
};
