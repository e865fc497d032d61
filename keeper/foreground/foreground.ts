import type { JobLatency, Latency } from "#lib/domain/job.ts";
import { Histogram } from "./histogram.ts";

/** Requests that read and requests that write have latencies of their own. */
export type AccessKind = "read" | "write";
type Both = Record<AccessKind, Histogram>;

/** What requests took since a job began. */
export type LatencyWatch = { latency(): JobLatency["during"]; end(): void };

/** How long this keeper's requests take, while jobs work and while none does. */
export type Foreground = {
  note(kind: AccessKind, ms: number): void;
  /** Begins to count for a job. While any job counts, requests do not make the baseline. */
  watch(): LatencyWatch;
  /** The last minute in which no job worked; null where nothing was asked for. */
  calm(): JobLatency["before"];
  /** How many requests came since an instant of the last seconds, and how many of them took longer than their limit. */
  since(at: number, limits: Record<AccessKind, number>): Record<AccessKind, { all: number; slow: number }>;
};

/** How finely the time is cut. */
export const SLICE_MS = 250;
/** Slices kept of the present, and of the calm before jobs. */
const RECENT = 20;
const CALM = 240;

const both = (): Both => ({ read: new Histogram(), write: new Histogram() });
const merge = (slices: readonly Both[], kind: AccessKind): Histogram => {
  const merged = new Histogram();
  for (const slice of slices) merged.merge(slice[kind]);
  return merged;
};
const round = (ms: number): number => Math.round(ms * 100) / 100;
const latencyOf = (histogram: Histogram): Latency =>
  histogram.count === 0
    ? null
    : { p50: round(histogram.quantile(0.5)), p99: round(histogram.quantile(0.99)) };

type Slice = Both & { at: number };

export const createForeground = (now: () => number = () => performance.now()): Foreground => {
  const recent: Slice[] = [];
  const calm: Slice[] = [];
  const watches = new Set<Both>();

  const sliceOf = (slices: Slice[], max: number): Slice => {
    const at = Math.floor(now() / SLICE_MS) * SLICE_MS;
    const last = slices.at(-1);
    if (last?.at === at) return last;
    // The oldest is used again: a slice is some kilobytes, and there are four a second.
    const slice = slices.length >= max ? (slices.shift() ?? { ...both(), at }) : { ...both(), at };
    slice.at = at;
    slice.read.clear();
    slice.write.clear();
    slices.push(slice);
    return slice;
  };

  return {
    note: (kind, ms) => {
      sliceOf(recent, RECENT)[kind].add(ms);
      if (watches.size === 0) sliceOf(calm, CALM)[kind].add(ms);
      for (const watch of watches) watch[kind].add(ms);
    },
    watch: () => {
      const counted = both();
      watches.add(counted);
      return {
        latency: () => ({ read: latencyOf(counted.read), write: latencyOf(counted.write) }),
        end: () => void watches.delete(counted),
      };
    },
    calm: () => ({ read: latencyOf(merge(calm, "read")), write: latencyOf(merge(calm, "write")) }),
    since: (at, limits) => {
      const slices = recent.filter((slice) => slice.at >= at);
      const count = (kind: AccessKind) => {
        const merged = merge(slices, kind);
        return { all: merged.count, slow: merged.above(limits[kind]) };
      };
      return { read: count("read"), write: count("write") };
    },
  };
};
