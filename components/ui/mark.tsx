import type { ReactNode } from "react";
import { cn } from "./cn.ts";

const outline = { fill: "none", stroke: "currentColor", strokeWidth: 1.5 } as const;
const ring = <circle cx="6" cy="6" r="4.75" {...outline} />;

const SHAPES = {
  disc: <circle cx="6" cy="6" r="5" fill="currentColor" />,
  half: (
    <>
      {ring}
      <path d="M6 1.25a4.75 4.75 0 0 0 0 9.5z" fill="currentColor" />
    </>
  ),
  quarter: (
    <>
      <circle cx="6" cy="6" r="4.75" {...outline} opacity="0.45" />
      <path d="M6 1.25A4.75 4.75 0 0 1 10.75 6" {...outline} strokeWidth="2" />
    </>
  ),
  dashed: <circle cx="6" cy="6" r="4.75" {...outline} strokeDasharray="1.9 1.83" />,
  bars: <path d="M2.5 1.5h2.4v9H2.5zM7.1 1.5h2.4v9H7.1z" fill="currentColor" />,
  triangle: <path d="M6 1.6 11 10.4H1z" {...outline} strokeLinejoin="round" />,
  slashed: (
    <>
      {ring}
      <path d="M2.8 9.2 9.2 2.8" {...outline} />
    </>
  ),
  barred: (
    <>
      {ring}
      <path d="M3.6 6h4.8" {...outline} />
    </>
  ),
  broken: <path d="M4.6 1.5a4.75 4.75 0 0 0 0 9M7.4 1.5a4.75 4.75 0 0 1 0 9" {...outline} />,
  diamond: <path d="M6 .8 11.2 6 6 11.2.8 6z" fill="currentColor" />,
  cross: <path d="m2.2 2.2 7.6 7.6m0-7.6L2.2 9.8" {...outline} />,
} as const satisfies Record<string, ReactNode>;

const TONES = {
  active: "text-active",
  moving: "text-moving",
  pending: "text-pending",
  idle: "text-idle",
  danger: "text-danger",
  gone: "text-gone",
  compromised: "text-compromised",
} as const;

export type MarkLook = { shape: keyof typeof SHAPES; tone: keyof typeof TONES };

type MarkProps = MarkLook & { title?: string; children: ReactNode };

/** A state in a word, a colour and a shape, so that it is never told by colour alone. */
export const Mark = ({ shape, tone, title, children }: MarkProps) => (
  <span title={title} className={cn("inline-flex items-center gap-1.5 whitespace-nowrap", TONES[tone])}>
    <svg aria-hidden="true" viewBox="0 0 12 12" className="size-3 shrink-0">
      {SHAPES[shape]}
    </svg>
    {children}
  </span>
);
