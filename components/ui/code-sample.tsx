"use client";

import { Check, Copy } from "lucide-react";
import { cn } from "./cn.ts";
import { Button } from "./button.tsx";
import { LiveRegion } from "./live-region.tsx";
import { ScrollRegion } from "./scroll-region.tsx";
import { copyMessage, useCopy } from "./use-copy.ts";

type CodeSampleProps = {
  code: string;
  /** What it is: "Requests". */
  label: string;
  /** Break long lines instead of scrolling. */
  wrap?: boolean;
};

/** Lines to paste somewhere else, and a button that takes them along. */
export const CodeSample = ({ code, label, wrap = false }: CodeSampleProps) => {
  const { outcome, copy } = useCopy(code);
  return (
    <div className="max-w-4xl rounded border border-line bg-sunken">
      <div className="flex items-center justify-between gap-4 border-b border-line py-1 pr-1 pl-3.5">
        <span className="text-micro text-muted">{label}</span>
        <Button size="sm" variant="quiet" onClick={copy} aria-label={`Copy ${label}`}>
          {outcome === "copied" ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
          {outcome === "copied" ? "Copied" : "Copy"}
        </Button>
      </div>
      <ScrollRegion label={label}>
        <pre
          className={cn(
            "px-3.5 py-3 font-mono leading-relaxed",
            wrap ? "break-all whitespace-pre-wrap" : "w-max min-w-full",
          )}
        >
          {code}
        </pre>
      </ScrollRegion>
      <LiveRegion message={copyMessage(outcome)} />
    </div>
  );
};
