import type { Route } from "next";

/** The log, filtered. */
export const auditHref = (filter: Record<string, string>): Route =>
  `/audit?${new URLSearchParams(filter)}` as Route;
