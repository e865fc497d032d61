import { cn } from "./cn.ts";

const WIDTHS = ["w-3/5", "w-2/5", "w-4/5", "w-1/2", "w-1/3"] as const;
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

const Bar = ({ className }: { className?: string }) => (
  <span className={cn("block h-3 rounded bg-line", className)} />
);

/** Rows of a table that is on its way, in its own row height, so that nothing jumps. */
export const SkeletonRows = ({ rows = 6, columns = 4 }: { rows?: number; columns?: number }) => (
  <output aria-label="Loading" className="block border-t border-line-strong">
    {range(rows).map((row) => (
      <span key={row} className="flex h-9.25 items-center gap-6 border-b border-line">
        {range(columns).map((column) => (
          <span key={column} className="flex-1">
            <Bar className={WIDTHS[(row * 2 + column) % WIDTHS.length] ?? "w-1/2"} />
          </span>
        ))}
      </span>
    ))}
  </output>
);

export const SkeletonText = ({ lines = 3 }: { lines?: number }) => (
  <output aria-label="Loading" className="grid gap-2">
    {range(lines).map((line) => (
      <Bar key={line} className={WIDTHS[line % WIDTHS.length] ?? "w-1/2"} />
    ))}
  </output>
);

/** A whole page on its way: heading, double rule, rows. For `loading.tsx`. */
export const SkeletonPage = ({ rows = 8, columns = 4 }: { rows?: number; columns?: number }) => (
  <div className="grid gap-6">
    <div className="rule-double pb-4">
      <Bar className="my-1.5 h-5 w-48" />
    </div>
    <SkeletonRows rows={rows} columns={columns} />
  </div>
);
