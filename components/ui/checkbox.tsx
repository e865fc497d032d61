import type { ComponentProps, ReactNode } from "react";
import { formatCount } from "./format.ts";

type CheckboxProps = Omit<ComponentProps<"input">, "type"> & { label: ReactNode; count?: number };

/** A checkbox with its label in one row, tall enough to hit. */
export const Checkbox = ({ label, count, ...props }: CheckboxProps) => (
  <label className="flex min-h-6.5 cursor-pointer items-center gap-2">
    <input type="checkbox" className="size-4 shrink-0 accent-accent" {...props} />
    <span className="min-w-0 truncate">{label}</span>
    {count === undefined ? null : (
      <span className="ml-auto font-mono text-micro text-muted tabular-nums">{formatCount(count)}</span>
    )}
  </label>
);
