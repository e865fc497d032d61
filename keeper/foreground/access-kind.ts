import type { AccessKind } from "./foreground.ts";

/** What a request of the data plane does to data; null for every other request. */
export const accessKindOf = (method: string, route: string | undefined): AccessKind | null => {
  if (!route?.startsWith("/v1/tenants/") || route.endsWith("/attest")) return null;
  return method === "GET" || route.endsWith("/decrypt") ? "read" : "write";
};
