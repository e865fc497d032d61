import { createEgress, type Egress, type EgressOptions } from "../egress/egress.ts";

/** A way out that may ask the one server of a test, and no other. */
export const egressTo = (url: string, more: Omit<EgressOptions, "rules"> = {}): Egress => {
  const { hostname, port, protocol } = new URL(url);
  return createEgress({
    ...more,
    rules: {
      publicHosts: false,
      opened: [{ to: hostname, port: Number(port), plain: protocol === "http:" }],
    },
  });
};
