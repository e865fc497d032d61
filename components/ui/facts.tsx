import type { ReactNode } from "react";
import { cn } from "./cn.ts";

type Fact = { label: string; value: ReactNode; mono?: boolean };

/** Names and values in two columns. */
export const Facts = ({ items, className }: { items: readonly Fact[]; className?: string }) => (
  <dl className={cn("grid grid-cols-[max-content_1fr] gap-x-6 gap-y-1", className)}>
    {items.map(({ label, value, mono = false }) => (
      <div key={label} className="col-span-2 grid grid-cols-subgrid items-start">
        <dt className="leading-6 text-muted">{label}</dt>
        <dd className={cn("min-w-0 leading-6 break-words", mono && "font-mono tabular-nums")}>{value}</dd>
      </div>
    ))}
  </dl>
);
