"use client";

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { cn } from "./cn.ts";
import { LiveRegion } from "./live-region.tsx";

type CopyableProps = {
  value: string;
  /** What it is, for the button's name: "event id". */
  label: string;
  /** Show only so many characters; the whole value is copied. */
  short?: number;
  className?: string;
};

const SHOWN_MS = 1600;

/** An id in mono that is copied by a click, and says so. */
export const Copyable = ({ value, label, short, className }: CopyableProps) => {
  const [outcome, setOutcome] = useState<"copied" | "failed" | null>(null);
  useEffect(() => {
    if (outcome === null) return;
    const timer = setTimeout(() => setOutcome(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setOutcome("copied");
    } catch {
      setOutcome("failed");
    }
  };
  const Icon = outcome === "copied" ? Check : Copy;
  return (
    <span className={cn("inline-flex min-w-0 items-center", className)}>
      <button
        type="button"
        onClick={copy}
        title={value}
        aria-label={`Copy ${label} ${value}`}
        className="inline-flex min-h-6 min-w-0 items-center gap-1.5 rounded font-mono break-all hover:text-ink"
      >
        <span className="text-left">{short === undefined ? value : value.slice(0, short)}</span>
        <Icon aria-hidden="true" className="size-3 shrink-0 opacity-70" />
      </button>
      <LiveRegion
        message={
          outcome === "copied" ? "Copied" : outcome === "failed" ? "Could not copy. Select the text." : ""
        }
      />
    </span>
  );
};
