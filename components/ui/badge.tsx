import type { ReactNode } from "react";
import { cn } from "./cn.ts";

const TONES = {
  neutral: "border-line-strong text-muted",
  active: "border-active text-active",
  moving: "border-moving text-moving",
  pending: "border-pending text-pending",
  danger: "border-danger text-danger",
  compromised: "border-compromised text-compromised",
} as const;

export type BadgeTone = keyof typeof TONES;

export const Badge = ({ tone = "neutral", children }: { tone?: BadgeTone; children: ReactNode }) => (
  <span
    className={cn(
      "inline-flex h-5 items-center rounded border px-1.5 font-sans text-micro whitespace-nowrap",
      TONES[tone],
    )}
  >
    {children}
  </span>
);
