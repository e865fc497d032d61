import type { ReactNode } from "react";
import { cn } from "./cn.ts";

const TONES = {
  ink: "text-ink",
  danger: "text-danger",
  moving: "text-moving",
  active: "text-active",
} as const;

type StatProps = {
  label: ReactNode;
  value: ReactNode;
  tone?: keyof typeof TONES;
  size?: "sm" | "lg";
  title?: string;
};

/** A label over a figure in mono. Use it inside a `StatRow`. */
export const Stat = ({ label, value, tone = "ink", size = "sm", title }: StatProps) => (
  <div title={title} className="flex min-w-0 flex-col">
    <dt className="text-micro text-muted">{label}</dt>
    <dd className={cn("font-mono tabular-nums", size === "lg" ? "text-figure" : "text-dense", TONES[tone])}>
      {value}
    </dd>
  </div>
);

export const StatRow = ({ className, children }: { className?: string; children: ReactNode }) => (
  <dl className={cn("flex flex-wrap gap-x-10 gap-y-3", className)}>{children}</dl>
);
