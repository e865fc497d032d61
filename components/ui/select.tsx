"use client";

import { ChevronDown } from "lucide-react";
import type { ComponentProps } from "react";
import { cn } from "./cn.ts";
import { controlClass } from "./control-class.ts";
import { useFieldAria } from "./field-context.ts";

type SelectProps = ComponentProps<"select"> & {
  options?: readonly { value: string; label: string }[];
  mono?: boolean;
};

/** The browser's own select: right on a phone, and with no script of ours. */
export const Select = ({ options = [], mono = false, className, children, ...props }: SelectProps) => (
  <span className={cn("relative block", className)}>
    <select
      {...useFieldAria()}
      className={cn(controlClass, "h-8.5 appearance-none pr-8 max-desk:h-10", mono && "font-mono")}
      {...props}
    >
      {children}
      {options.map(({ value, label }) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
    <ChevronDown
      aria-hidden="true"
      className="pointer-events-none absolute top-1/2 right-2.5 size-4 -translate-y-1/2 text-muted"
    />
  </span>
);
