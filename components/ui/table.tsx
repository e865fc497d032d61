import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn.ts";
import { ScrollRegion } from "./scroll-region.tsx";

type TableProps = {
  /** What the table lists; its accessible name. */
  label: string;
  /** list: 37 px rows. log: 31 px rows. */
  density?: "list" | "log";
  className?: string;
  children: ReactNode;
};

/** A ruled table that stands on the page. */
export const Table = ({ label, density = "list", className, children }: TableProps) => (
  <ScrollRegion label={label}>
    <table
      aria-label={label}
      data-density={density}
      className={cn(
        "w-full border-collapse text-left data-[density=list]:[&_td]:h-9.25 data-[density=log]:[&_td]:h-7.75 data-[density=log]:[&_td:not([colspan])]:py-0.5 data-[density=log]:[&_td:not([colspan])]:text-xs",
        className,
      )}
    >
      {children}
    </table>
  </ScrollRegion>
);

export const THead = ({ children }: { children: ReactNode }) => (
  <thead>
    <tr className="border-b border-line-strong">{children}</tr>
  </thead>
);

export const TBody = ({ children }: { children: ReactNode }) => <tbody>{children}</tbody>;

export const Tr = ({ className, ...props }: ComponentProps<"tr">) => (
  <tr className={cn("border-b border-line has-[a:hover]:bg-surface", className)} {...props} />
);

type ThProps = ComponentProps<"th"> & { numeric?: boolean; sort?: "asc" | "desc" | null };

const ARIA_SORT = { asc: "ascending", desc: "descending" } as const;

export const Th = ({ numeric = false, sort, className, children, ...props }: ThProps) => (
  <th
    scope="col"
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

type TdProps = ComponentProps<"td"> & { numeric?: boolean; mono?: boolean; muted?: boolean };

export const Td = ({ numeric = false, mono = false, muted = false, className, ...props }: TdProps) => (
  <td
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
