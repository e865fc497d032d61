import Link, { type LinkProps } from "next/link";
import type { ReactNode } from "react";
import { type ButtonLook, buttonClass } from "./button-class.ts";
import { cn } from "./cn.ts";

type ButtonLinkProps<Href> = LinkProps<Href> & ButtonLook & { className?: string; children: ReactNode };

/** A link that looks like a button, for going to a page that acts. */
export const ButtonLink = <Href,>({ variant, size, className, ...props }: ButtonLinkProps<Href>) => (
  <Link className={cn(buttonClass({ variant, size }), className)} {...props} />
);
