"use client";

import { type PointerEvent, useRef, useState } from "react";
import { LazyEventBars } from "#components/charts/lazy-event-bars.tsx";
import { formatCount, plural } from "#components/ui/format.ts";
import { formatUtc } from "#components/ui/format-time.ts";
import type { EventsOverTime, TimeBar } from "#lib/services/audit/count-over-time.ts";
import { useLogQuery } from "./use-log-query.tsx";

type Span = { first: number; last: number };

const words = ({ at, ok, denied, error }: TimeBar): string =>
  `${formatUtc(at)}: ${plural(ok + denied + error, "event")}, ${formatCount(denied)} denied, ${formatCount(error)} failed`;

/** The bars' numbers in a sentence, for whoever does not see them. */
const sentence = ({ bars, from, to, total }: EventsOverTime): string => {
  const sum = (outcome: "denied" | "error") => bars.reduce((all, bar) => all + bar[outcome], 0);
  return `${plural(total, "event")} from ${formatUtc(from)} to ${formatUtc(to)}, ${formatCount(sum("denied"))} denied, ${formatCount(sum("error"))} failed.`;
};

/** Where a drag over the bars begins and ends, in bars. */
const useBrush = (bars: number, onSelect: (span: Span) => void) => {
  const area = useRef<HTMLDivElement>(null);
  const [start, setStart] = useState<number | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const barAt = (event: PointerEvent): number => {
    const box = area.current?.getBoundingClientRect();
    const share = box && box.width > 0 ? (event.clientX - box.left) / box.width : 0;
    return Math.min(bars - 1, Math.max(0, Math.floor(share * bars)));
  };
  const span =
    start === null || at === null ? null : { first: Math.min(start, at), last: Math.max(start, at) };
  return {
    area,
    at,
    span,
    handlers: {
      onPointerDown: (event: PointerEvent) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setStart(barAt(event));
        setAt(barAt(event));
      },
      onPointerMove: (event: PointerEvent) => setAt(barAt(event)),
      onPointerUp: () => {
        if (span) onSelect(span);
        setStart(null);
      },
      onPointerCancel: () => setStart(null),
      onPointerLeave: () => setAt(null),
    },
  };
};

/** How many events there were when. A drag over the bars narrows the time to them. */
export const Timeline = ({ data }: { data: EventsOverTime }) => {
  const { ask } = useLogQuery();
  const { bars, barMs, total, isPartial } = data;
  const select = ({ first, last }: Span) => {
    const [begin, end] = [bars[first], bars[last]];
    if (!begin || !end) return;
    const until = Math.min(Date.parse(end.at) + barMs, Date.parse(data.to));
    const since = Math.max(Date.parse(begin.at), Date.parse(data.from));
    if (since < until) ask({ from: new Date(since).toISOString(), to: new Date(until).toISOString() });
  };
  const { area, at, span, handlers } = useBrush(bars.length, select);
  const hovered = at === null ? undefined : bars[at];
  const percent = (bar: number) => `${(bar / bars.length) * 100}%`;
  return (
    <figure className="mt-4">
      <div className="relative h-24 touch-pan-y cursor-crosshair select-none" ref={area} {...handlers}>
        <span className="sr-only">{sentence(data)}</span>
        <div aria-hidden="true" className="size-full overflow-hidden">
          <LazyEventBars bars={bars} />
        </div>
        {span ? (
          <div
            aria-hidden="true"
            className="absolute inset-y-0 border-x border-brass bg-brass/20"
            style={{ left: percent(span.first), width: percent(span.last - span.first + 1) }}
          />
        ) : null}
      </div>
      <figcaption className="mt-1 flex flex-wrap justify-between gap-x-6 border-t border-line-strong pt-1 text-micro text-muted tabular-nums">
        <span>{formatUtc(data.from)}</span>
        <span data-testid="timeline-caption">
          {hovered
            ? words(hovered)
            : isPartial
              ? `the newest ${formatCount(total)} events; there are more`
              : plural(total, "event")}
        </span>
        <span>{formatUtc(data.to)}</span>
      </figcaption>
    </figure>
  );
};
