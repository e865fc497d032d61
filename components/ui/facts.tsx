import type { ReactNode } from "react";
import { cn } from "./cn.ts";

type Fact = { label: string; value: ReactNode; mono?: boolean };

/** Names and values in two columns. */
export const Facts = ({ items, className }: { items: readonly Fact[]; className?: string }) => (
  <dl className={cn("grid grid-cols-[max-content_1fr] gap-x-6 gap-y-1", className)}>
    {items.map(({ label, value, mono = false }) => (
      <div key={label} className="col-span-2 grid min-h-6 grid-cols-subgrid items-baseline">
        <dt className="text-muted">{label}</dt>
        <dd className={cn("min-w-0 break-words", mono && "font-mono tabular-nums")}>{value}</dd>
      </div>
    ))}
  </dl>
);
