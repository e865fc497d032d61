import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn.ts";
import { ScrollRegion } from "./scroll-region.tsx";

type TableProps = {
  /** What the table lists; its accessible name. */
  label: string;
  /** list: 37 px rows. log: 31 px rows. */
  density?: "list" | "log";
  /** On a phone each row becomes lines of its cells, those with a `label` led by it. Without, the table scrolls by itself. */
  stacks?: boolean;
  className?: string;
  children: ReactNode;
};

// A browser may take rows that are not laid out as a table for none: the roles say what they are.
const ROLES = {
  table: { role: "table" },
  rows: { role: "rowgroup" },
  row: { role: "row" },
  head: { role: "columnheader" },
  cell: { role: "cell" },
} as const;

/** A ruled table that stands on the page. */
export const Table = ({ label, density = "list", stacks = false, className, children }: TableProps) => (
  <ScrollRegion label={label}>
    <table
      {...ROLES.table}
      aria-label={label}
      data-density={density}
      className={cn(
        "w-full border-collapse text-left data-[density=log]:[&_td:not([colspan])]:text-xs",
        "sm:data-[density=list]:[&_td]:h-9.25 sm:data-[density=log]:[&_td]:h-7.75 sm:data-[density=log]:[&_td:not([colspan])]:py-0.5",
        stacks && "stacks",
        className,
      )}
    >
      {children}
    </table>
  </ScrollRegion>
);

export const THead = ({ children }: { children: ReactNode }) => (
  <thead {...ROLES.rows}>
    <tr {...ROLES.row} className="border-b border-line-strong">
      {children}
    </tr>
  </thead>
);

export const TBody = ({ children }: { children: ReactNode }) => <tbody {...ROLES.rows}>{children}</tbody>;

export const Tr = ({ className, ...props }: ComponentProps<"tr">) => (
  <tr {...ROLES.row} className={cn("border-b border-line has-[a:hover]:bg-surface", className)} {...props} />
);

type ThProps = ComponentProps<"th"> & {
  numeric?: boolean;
  /** Which way the table is sorted by it; null for not now. Such a head is still there when the rows are stacked. */
  sort?: "asc" | "desc" | null;
};

const ARIA_SORT = { asc: "ascending", desc: "descending" } as const;

export const Th = ({ numeric = false, sort, className, children, ...props }: ThProps) => (
  <th
    {...ROLES.head}
    scope="col"
    data-sorts={sort === undefined ? undefined : ""}
    aria-sort={sort ? ARIA_SORT[sort] : undefined}
    className={cn(
      "h-8 pr-5 align-bottom text-micro font-normal whitespace-nowrap text-muted pb-1.5 last:pr-0",
      numeric && "pr-8 text-right",
      className,
    )}
    {...props}
  >
    {children}
    {sort ? <span aria-hidden="true">{sort === "asc" ? " ↑" : " ↓"}</span> : null}
  </th>
);

type TdProps = ComponentProps<"td"> & {
  numeric?: boolean;
  mono?: boolean;
  muted?: boolean;
  /** What leads it where rows are stacked and its head is not seen. */
  label?: string;
};

export const Td = ({ numeric = false, mono = false, muted = false, label, className, ...props }: TdProps) => (
  <td
    {...ROLES.cell}
    data-label={label}
    className={cn(
      "py-1 pr-5 align-middle last:pr-0",
      (mono || numeric) && "font-mono tabular-nums",
      numeric && "pr-8 text-right whitespace-nowrap",
      muted && "text-muted",
      className,
    )}
    {...props}
  />
);
