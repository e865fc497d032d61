import type { Route } from "next";

/** What the page asks for, as it stands in its address. */
export type TenantQuery = { text?: string; state?: string; order?: string; cursor?: string | undefined };

const NAMES = ["text", "state", "order", "cursor"] as const;

export const toTenantQuery = (params: Record<string, string | string[] | undefined>): TenantQuery =>
  Object.fromEntries(
    NAMES.flatMap((name) => {
      const value = [params[name]].flat()[0];
      return value ? [[name, value]] : [];
    }),
  );

export const tenantsHref = (query: TenantQuery): Route => {
  const given = NAMES.flatMap((name) => (query[name] ? [[name, query[name]]] : []));
  const search = new URLSearchParams(given as [string, string][]).toString();
  return (search ? `/tenants?${search}` : "/tenants") as Route;
};
