"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ComponentProps } from "react";
import { isCurrent, type NavTenant, navItems, tenantHref } from "./nav-items.ts";
import { cn } from "./ui/cn.ts";
import { formatCount } from "./ui/format.ts";
import { LinkPending } from "./ui/link-pending.tsx";

type ConsoleNavProps = {
  tenants: readonly NavTenant[];
  runningJobs?: number | undefined;
  /** A page was chosen. */
  onNavigate?: () => void;
};

/** The pages and the tenants. Brass marks the place you are. */
export const ConsoleNav = ({ tenants, runningJobs, onNavigate }: ConsoleNavProps) => {
  const path = usePathname();
  return (
    <nav aria-label="Main" onClickCapture={onNavigate} className="grid grid-cols-1 gap-6">
      <ul className="grid grid-cols-1 gap-0.5">
        {navItems(runningJobs).map(({ href, label, count }) => (
          <li key={href}>
            <NavLink href={href} current={isCurrent(path, href)}>
              {label}
              {count === undefined ? null : (
                <span className="ml-auto font-mono text-micro text-moving tabular-nums">
                  {formatCount(count)}
                </span>
              )}
            </NavLink>
          </li>
        ))}
      </ul>
      {tenants.length > 0 ? (
        <div>
          <p className="px-3 pb-1.5 text-micro text-muted">Tenants</p>
          <ul className="grid grid-cols-1 gap-0.5" aria-label="Tenants">
            {tenants.map(({ slug, name }) => (
              <li key={slug}>
                <NavLink href={tenantHref(slug)} current={isCurrent(path, tenantHref(slug))}>
                  <span className="truncate">{name}</span>
                </NavLink>
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </nav>
  );
};

const NavLink = ({ current, children, ...props }: ComponentProps<typeof Link> & { current: boolean }) => (
  <Link
    aria-current={current ? "page" : undefined}
    className={cn(
      "flex min-h-7.5 items-center gap-2 rounded border-l-2 px-2.5 max-desk:min-h-10",
      current
        ? "border-brass bg-surface font-medium text-ink"
        : "border-transparent text-muted hover:bg-surface hover:text-ink",
    )}
    {...props}
  >
    {children}
    <LinkPending />
  </Link>
);
