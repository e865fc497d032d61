"use client";

import { ChevronRight } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { cn } from "./cn.ts";
import { Td, Tr } from "./table.tsx";

type DisclosureRowProps = {
  /** The text of the first cell; the button that opens the row. */
  summary: ReactNode;
  /** Says what opens, when the summary alone does not. */
  label?: string;
  /** The other cells. */
  cells: ReactNode;
  /** How many columns the table has. */
  columns: number;
  mono?: boolean;
  defaultOpen?: boolean;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  children: ReactNode;
};

/** A table row that opens in place. */
export const DisclosureRow = ({
  summary,
  label,
  cells,
  columns,
  mono = false,
  defaultOpen = false,
  open: controlled,
  onOpenChange,
  children,
}: DisclosureRowProps) => {
  const id = useId();
  const [uncontrolled, setUncontrolled] = useState(defaultOpen);
  const open = controlled ?? uncontrolled;
  const toggle = () => {
    setUncontrolled(!open);
    onOpenChange?.(!open);
  };
  return (
    <>
      <Tr className={open ? "bg-surface" : "hover:bg-surface"}>
        <Td mono={mono}>
          <button
            type="button"
            aria-expanded={open}
            aria-controls={open ? id : undefined}
            aria-label={label}
            onClick={toggle}
            className="inline-flex min-h-6 items-center gap-1 rounded text-left whitespace-nowrap hover:underline"
          >
            <ChevronRight aria-hidden="true" className={cn("size-3.5 text-muted", open && "rotate-90")} />
            {summary}
          </button>
        </Td>
        {cells}
      </Tr>
      {open ? (
        <Tr id={id} className="bg-surface">
          <Td colSpan={columns} className="px-4.5 py-3 last:pr-4.5">
            {children}
          </Td>
        </Tr>
      ) : null}
    </>
  );
};
