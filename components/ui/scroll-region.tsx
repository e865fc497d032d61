"use client";

import { type ReactNode, useEffect, useRef, useState } from "react";

/** What is too wide scrolls by itself (hidden labels inside it too: hence `relative`). It is a stop for the keyboard only while there is something to scroll. */
export const ScrollRegion = ({ label, children }: { label: string; children: ReactNode }) => {
  const ref = useRef<HTMLDivElement>(null);
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setScrolls(element.scrollWidth > element.clientWidth + 1));
    observer.observe(element);
    if (element.firstElementChild) observer.observe(element.firstElementChild);
    return () => observer.disconnect();
  }, []);
  return (
    <div
      ref={ref}
      className="relative overflow-x-auto"
      {...(scrolls ? { role: "group", "aria-label": `${label}, scrolls sideways`, tabIndex: 0 } : {})}
    >
      {children}
    </div>
  );
};
