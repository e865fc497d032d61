import { cn } from "./cn.ts";
import { formatCount, percentOf } from "./format.ts";

const TONES = {
  moving: "text-moving",
  active: "text-active",
  danger: "text-danger",
  idle: "text-idle",
} as const;

type ProgressBarProps = { done: number; total: number; label: string; tone?: keyof typeof TONES };

/** A bar of exact progress; its text gives the counts. */
export const ProgressBar = ({ done, total, label, tone = "moving" }: ProgressBarProps) => (
  <progress
    aria-label={label}
    aria-valuetext={`${percentOf(done, total)} %, ${formatCount(done)} of ${formatCount(total)}`}
    value={total > 0 ? Math.min(done, total) : 0}
    max={Math.max(total, 1)}
    className={cn("meter block h-3 w-full", TONES[tone])}
  />
);
