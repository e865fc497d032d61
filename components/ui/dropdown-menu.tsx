"use client";

import { Check } from "lucide-react";
import Link, { type LinkProps } from "next/link";
import { DropdownMenu as Radix } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn.ts";

export const MenuTrigger = Radix.Trigger;
export const MenuRadioGroup = Radix.RadioGroup;

/** Not modal: what is behind stays readable, and a press outside only closes it. */
export const Menu = (props: ComponentProps<typeof Radix.Root>) => <Radix.Root modal={false} {...props} />;

const itemClass =
  "flex min-h-8 cursor-pointer items-center gap-2 rounded px-2 outline-none select-none data-disabled:cursor-not-allowed data-disabled:text-faint data-highlighted:bg-sunken";

// It stands beside its trigger and not in a portal, so that it is part of the trigger's landmark.
export const MenuContent = ({ align = "start", ...props }: ComponentProps<typeof Radix.Content>) => (
  <Radix.Content
    align={align}
    sideOffset={6}
    collisionPadding={8}
    {...props}
    className="z-50 min-w-44 rounded border border-line-strong bg-surface p-1 text-dense text-ink shadow-layer"
  />
);

type MenuItemProps = ComponentProps<typeof Radix.Item> & { danger?: boolean };

export const MenuItem = ({ danger = false, className, ...props }: MenuItemProps) => (
  <Radix.Item className={cn(itemClass, danger && "text-danger", className)} {...props} />
);

export const MenuLinkItem = <Href,>({ children, ...props }: LinkProps<Href> & { children: ReactNode }) => (
  <Radix.Item asChild className={itemClass}>
    <Link {...props}>{children}</Link>
  </Radix.Item>
);

/** An item that downloads a file. */
export const MenuDownloadItem = ({ children, ...props }: ComponentProps<"a">) => (
  <Radix.Item asChild className={itemClass}>
    <a download {...props}>
      {children}
    </a>
  </Radix.Item>
);

export const MenuRadioItem = ({ children, ...props }: ComponentProps<typeof Radix.RadioItem>) => (
  <Radix.RadioItem className={cn(itemClass, "pl-7 relative")} {...props}>
    <Radix.ItemIndicator className="absolute left-2">
      <Check aria-hidden="true" className="size-3.5" />
    </Radix.ItemIndicator>
    {children}
  </Radix.RadioItem>
);

export const MenuLabel = ({ children }: { children: ReactNode }) => (
  <Radix.Label className="px-2 pt-1.5 pb-1 text-micro text-muted">{children}</Radix.Label>
);

export const MenuSeparator = () => <Radix.Separator className="-mx-1 my-1 h-px bg-line" />;
