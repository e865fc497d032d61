import { Counter, Histogram, Registry } from "prom-client";

/** What this process counts. No label names a tenant, a key, a record or a token. */
export const metrics = new Registry();

const registers = [metrics];

export const requestSeconds = new Histogram({
  name: "keyfold_http_request_duration_seconds",
  help: "Requests by route and status code, with the time each took",
  labelNames: ["method", "route", "code"],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  registers,
});

export const deksMoved = new Counter({
  name: "keyfold_rewrap_deks_total",
  help: "DEKs that jobs of this keeper moved, by kind of job",
  labelNames: ["mode"],
  registers,
});

export const kekLookups = new Counter({
  name: "keyfold_kek_cache_lookups_total",
  help: "Lookups in the cache of KEKs: a miss costs a query and a KMS call",
  labelNames: ["result"],
  registers,
});

export const kmsCalls = new Counter({
  name: "keyfold_kms_calls_total",
  help: "Calls to a KMS by provider, operation and outcome (ok, or the error's code)",
  labelNames: ["provider", "operation", "outcome"],
  registers,
});
