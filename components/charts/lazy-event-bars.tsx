"use client";

import dynamic from "next/dynamic";

/** The chart and its library come after the page does. */
export const LazyEventBars = dynamic(() => import("./event-bars.tsx").then((module) => module.EventBars), {
  ssr: false,
});
