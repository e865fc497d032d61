import type { Egress } from "./egress/egress.ts";

/** Asks an address for anything: whatever it answers, it is there, and its certificate was trusted. */
export const reachEndpoint = async (egress: Egress, url: string, signal?: AbortSignal): Promise<void> => {
  await egress.send({ method: "GET", url: new URL(url), signal });
};
