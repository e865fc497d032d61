import { ErrorState } from "#components/ui/error-state.tsx";
import type { EventsOverTime } from "#lib/services/audit/count-over-time.ts";
import type { ReadResult } from "#lib/web/gate.ts";
import { Timeline } from "./timeline.tsx";

/** The bars, or why there are none; the list below stands without them. */
export const TimelineFigure = async ({ timeline }: { timeline: Promise<ReadResult<EventsOverTime>> }) => {
  const read = await timeline;
  return read.ok ? (
    <Timeline data={read.value} />
  ) : (
    <div className="mt-4">
      <ErrorState title="The events could not be counted" {...read} />
    </div>
  );
};
