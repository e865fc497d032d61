import type { FastifyInstance } from "fastify";
import { collectDefaultMetrics, Gauge } from "prom-client";
import { metrics, requestSeconds } from "../metrics/metrics.ts";
import { sequencerState } from "../sequencer/start.ts";

const LOOP_PRECISION_MS = 20;
let collecting = false;

/** The process's own (event loop lag, memory, collections) and the log's queue, once in a process. */
const collect = (): void => {
  if (collecting) return;
  collecting = true;
  collectDefaultMetrics({ register: metrics, eventLoopMonitoringPrecision: LOOP_PRECISION_MS });
  const gauges = {
    keyfold_audit_unsequenced_events: {
      help: "Events that have no place in the log yet",
      read: () => sequencerState().unsequenced,
    },
    keyfold_audit_sequencer_lag_seconds: {
      help: "The age of the oldest event that has no place in the log yet",
      read: () => sequencerState().oldestUnsequencedSeconds ?? 0,
    },
    keyfold_audit_sequencer_refusing: {
      help: "1 when the database does not bear out what was signed, and signing has ended",
      read: () => (sequencerState().status === "refusing" ? 1 : 0),
    },
  };
  for (const [name, { help, read }] of Object.entries(gauges)) {
    const gauge: Gauge = new Gauge({ name, help, registers: [metrics], collect: () => gauge.set(read()) });
  }
};

/** What this keeper counts, as Prometheus reads it. */
export const metricsRoutes = (app: FastifyInstance): void => {
  collect();
  app.get("/metrics", { schema: { hide: true } }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.metrics()),
  );
};

/** Counts every answer by its route's pattern, never by a path: a path names tenants and records. */
export const observeAnswers = (app: FastifyInstance): void => {
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "none";
    const labels = { method: request.method, route, code: String(reply.statusCode) };
    requestSeconds.observe(labels, reply.elapsedTime / 1000);
  });
};
