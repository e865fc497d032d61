import Link, { type LinkProps } from "next/link";
import type { ReactNode } from "react";
import { cn } from "./cn.ts";

type TextLinkProps<Href> = LinkProps<Href> & { mono?: boolean; className?: string; children: ReactNode };

/** An underlined link, in a sentence or a table. */
export const TextLink = <Href,>({ mono = false, className, ...props }: TextLinkProps<Href>) => (
  <Link
    className={cn(
      "underline decoration-line-strong underline-offset-3 hover:decoration-ink",
      mono && "font-mono",
      className,
    )}
    {...props}
  />
);
