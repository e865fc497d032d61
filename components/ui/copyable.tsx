"use client";

import { Check, Copy } from "lucide-react";
import { cn } from "./cn.ts";
import { LiveRegion } from "./live-region.tsx";
import { shortId } from "./short-id.ts";
import { copyMessage, useCopy } from "./use-copy.ts";

type CopyableProps = {
  value: string;
  /** What it is, for the button's name: "event id". */
  label: string;
  /** Show a short form of the id; the whole value is copied. */
  short?: boolean;
  className?: string;
};

/** An id in mono that is copied by a click, and says so. */
export const Copyable = ({ value, label, short = false, className }: CopyableProps) => {
  const { outcome, copy } = useCopy(value);
  const shown = short ? shortId(value) : value;
  // Who speaks to their computer says what they see.
  const named = value.includes(shown) ? value : `${shown}, ${value}`;
  const Icon = outcome === "copied" ? Check : Copy;
  return (
    <span className={cn("inline-flex min-w-0 items-center align-top", className)}>
      <button
        type="button"
        onClick={copy}
        title={value}
        aria-label={`Copy ${label} ${named}`}
        className={cn(
          "inline-flex min-h-6 min-w-0 items-center gap-1.5 rounded font-mono hover:text-ink",
          short ? "whitespace-nowrap" : "break-all",
        )}
      >
        <span className="text-left">{shown}</span>
        <Icon aria-hidden="true" className="size-3 shrink-0 opacity-70" />
      </button>
      <LiveRegion message={copyMessage(outcome)} />
    </span>
  );
};
