import type { Route } from "next";

export type NavItem = { href: Route; label: string; count?: number };
export type NavTenant = { slug: string; name: string };

/** The pages of the console that belong to no tenant. */
export const navItems = (runningJobs = 0): NavItem[] => [
  { href: "/" as Route, label: "Overview" },
  { href: "/tenants" as Route, label: "Tenants" },
  { href: "/jobs" as Route, label: "Rewrap jobs", ...(runningJobs > 0 ? { count: runningJobs } : {}) },
  { href: "/audit" as Route, label: "Audit log" },
  { href: "/settings/connections" as Route, label: "Platform connections" },
  { href: "/settings/operator-tokens" as Route, label: "Operator tokens" },
];

export const tenantHref = (slug: string): Route => `/t/${slug}` as Route;

/** Is `path` the page at `href`, or below it? The overview has nothing below. */
export const isCurrent = (path: string, href: string): boolean =>
  path === href || (href !== "/" && path.startsWith(`${href}/`));
