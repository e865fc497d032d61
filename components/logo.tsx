import { cn } from "./ui/cn.ts";

/** A key whose bit is a fold: the glyph of `public/logo.svg`. */
export const KeyGlyph = ({ className }: { className?: string }) => (
  <svg aria-hidden="true" viewBox="0 0 24 24" className={cn("size-5", className)} fill="none">
    <path d="M9.5 12H22" stroke="currentColor" strokeWidth="2" strokeLinecap="square" />
    <circle cx="6" cy="12" r="3.75" stroke="currentColor" strokeWidth="2" />
    <path d="m13.5 12 3.25 5L20 12z" fill="currentColor" />
  </svg>
);

export const Wordmark = ({ className }: { className?: string }) => (
  <span className={cn("inline-flex items-center gap-2 font-mono text-base tracking-tight", className)}>
    <KeyGlyph className="text-brass" />
    keyfold
  </span>
);
