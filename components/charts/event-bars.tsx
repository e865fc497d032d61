"use client";

import { Bar, BarChart, ResponsiveContainer } from "recharts";

export type EventBar = { at: string; ok: number; denied: number; error: number };

const MARGIN = { top: 2, right: 0, bottom: 0, left: 0 };

/** Events by time: what was denied or failed at the base, what went well above it. Drawn alone; what it says stands beside it. */
export const EventBars = ({ bars }: { bars: readonly EventBar[] }) => (
  <ResponsiveContainer width="100%" height="100%">
    <BarChart data={[...bars]} margin={MARGIN} barCategoryGap={1} accessibilityLayer={false}>
      <Bar dataKey="denied" stackId="events" fill="var(--kf-danger)" isAnimationActive={false} />
      <Bar dataKey="error" stackId="events" fill="var(--kf-pending)" isAnimationActive={false} />
      <Bar dataKey="ok" stackId="events" fill="var(--kf-active)" isAnimationActive={false} />
    </BarChart>
  </ResponsiveContainer>
);
