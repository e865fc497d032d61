"use client";

import type { Route } from "next";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { formatCount } from "./format.ts";
import { LinkPending } from "./link-pending.tsx";
import { tabClass, tabListClass } from "./tab-class.ts";

type TabNavItem = { href: Route; label: string; count?: number };

/** Tabs that are pages, with the longest matching address as the current one. */
export const TabNav = ({ label, items }: { label: string; items: readonly TabNavItem[] }) => {
  const path = usePathname();
  const current = items
    .filter(({ href }) => path === href || path.startsWith(`${href}/`))
    .toSorted((a, b) => b.href.length - a.href.length)[0];
  return (
    <nav aria-label={label} className={tabListClass}>
      {items.map((item) => (
        <Link
          key={item.href}
          href={item.href}
          aria-current={item === current ? "page" : undefined}
          className={tabClass}
        >
          {item.label}
          {item.count === undefined ? null : (
            <span className="font-mono text-micro text-muted tabular-nums">{formatCount(item.count)}</span>
          )}
          <LinkPending />
        </Link>
      ))}
    </nav>
  );
};
