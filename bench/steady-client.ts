import { Agent, request } from "node:http";

export type Sample = { kind: "read" | "write"; at: number; ms: number };

export type SteadyClient = {
  /** Everything that was answered so far. */
  samples: Sample[];
  /** How many requests were refused or broke. */
  failed: () => number;
  stop(): Promise<void>;
};

type Plane = { url: string; token: string; tenant: string };
type Rates = { readsPerSecond: number; writesPerSecond: number; records: number };

/**
 * Asks at a steady rate, whether or not the last answer has come: a request that had to wait for its turn is counted
 * from when it was due.
 */
export const startClient = (
  plane: Plane,
  { readsPerSecond, writesPerSecond, records }: Rates,
): SteadyClient => {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const samples: Sample[] = [];
  const open = new Set<Promise<void>>();
  let failed = 0;

  const send = (method: "GET" | "PUT", due: number): Promise<void> =>
    new Promise((resolve) => {
      const record = Math.floor(Math.random() * records);
      const call = request(
        `${plane.url}/v1/tenants/${plane.tenant}/records/customers/${record}`,
        {
          agent,
          method,
          headers: { authorization: `Bearer ${plane.token}`, "content-type": "application/json" },
        },
        (response) => {
          response.resume();
          response.on("close", () => {
            const kind = method === "GET" ? "read" : "write";
            if ((response.statusCode ?? 500) < 300)
              samples.push({ kind, at: due, ms: performance.now() - due });
            else failed += 1;
            resolve();
          });
        },
      );
      call.on("error", () => {
        failed += 1;
        resolve();
      });
      const value = `value ${Math.random()} of ${record}`;
      call.end(method === "PUT" ? JSON.stringify({ fields: { email: value } }) : undefined);
    });

  const every = (method: "GET" | "PUT", perSecond: number) => {
    let due = performance.now();
    return setInterval(() => {
      for (; due <= performance.now(); due += 1000 / perSecond) {
        const sent = send(method, due).finally(() => open.delete(sent));
        open.add(sent);
      }
    }, 2);
  };
  const timers = [every("GET", readsPerSecond), every("PUT", writesPerSecond)];
  return {
    samples,
    failed: () => failed,
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      await Promise.all(open);
      agent.destroy();
    },
  };
};
