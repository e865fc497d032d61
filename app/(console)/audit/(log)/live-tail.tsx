"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useQueryStates } from "nuqs";
import { useTransition } from "react";
import { fetchLive, type ReadFailed } from "#components/fetch-live.ts";
import { Button } from "#components/ui/button.tsx";
import { Copyable } from "#components/ui/copyable.tsx";
import { plural } from "#components/ui/format.ts";
import { LiveRegion } from "#components/ui/live-region.tsx";
import type { EventPage } from "#lib/services/audit/search-events.ts";
import { VIEW_PARAMS } from "#components/audit-params.ts";

const EVERY_MS = 3_000;

const newWords = (count: number, isMore: boolean): string =>
  `${isMore ? "More than " : ""}${plural(count, "new event")}`;

/**
 * Follows the log while it is on. New events are only counted, so that what one reads does not move; the button shows
 * them. Nothing is asked while a page is not looked at.
 */
export const LiveTail = ({ newest, query }: { newest: string | null; query: string }) => {
  const router = useRouter();
  const [{ live }, setView] = useQueryStates({ live: VIEW_PARAMS.live }, { history: "replace" });
  const [pending, startTransition] = useTransition();
  const { data, error } = useQuery<EventPage, ReadFailed>({
    queryKey: ["newest events", query],
    queryFn: () => fetchLive(`/api/audit?${query}`),
    enabled: live,
    refetchInterval: EVERY_MS,
  });
  const known = data ? data.events.findIndex(({ id }) => id === newest) : 0;
  const count = known < 0 ? (data?.events.length ?? 0) : known;
  const words = live && count > 0 ? newWords(count, known < 0 && newest !== null) : "";
  return (
    <div className="mr-auto flex flex-wrap items-center gap-2">
      <Button size="sm" aria-pressed={live} onClick={() => void setView({ live: live ? null : true })}>
        <span
          aria-hidden="true"
          className={`size-2 rounded-full ${live ? "bg-active" : "border border-line-field"}`}
        />
        Live
      </Button>
      {words ? (
        <Button
          size="sm"
          variant="primary"
          pending={pending}
          onClick={() => startTransition(() => router.refresh())}
        >
          {words}
        </Button>
      ) : null}
      {live && error ? (
        <span role="alert" className="inline-flex flex-wrap items-center gap-x-2 text-danger">
          The log cannot be followed right now ({error.code}).
          {error.requestId ? <Copyable value={error.requestId} label="request id" /> : null}
        </span>
      ) : null}
      <LiveRegion message={words} />
    </div>
  );
};
