import type { RewrapJobView } from "./rewrap-view.ts";
import { formatCount } from "./ui/format.ts";

/** What could not be moved, by its cause. */
export const RewrapCauses = ({ failures }: { failures: RewrapJobView["failures"] }) =>
  failures.length === 0 ? null : (
    <ul aria-label="Failures by cause" className="border-t border-line">
      {failures.map(({ code, count }) => (
        <li key={code} className="flex justify-between gap-4 border-b border-line py-1 font-mono">
          <span className="min-w-0 break-words">{code}</span>
          <span className="text-danger tabular-nums">{formatCount(count)}</span>
        </li>
      ))}
    </ul>
  );
