"use client";

import type { JobIntensity, JobLatency, Latency } from "#lib/domain/job.ts";
import { hasEnded, JOB_INTENSITIES } from "#lib/domain/job.ts";
import type { RewrapJobView } from "./rewrap-view.ts";
import { Field } from "./ui/field.tsx";
import { Select } from "./ui/select.tsx";
import { Stat, StatRow } from "./ui/stat.tsx";

type RewrapThrottleProps = {
  job: RewrapJobView;
  /** Absent for whoever may not steer it. */
  onIntensity?: ((intensity: JobIntensity) => void | Promise<void>) | undefined;
  pending?: boolean;
};

const OPTIONS = JOB_INTENSITIES.map((value) => ({
  value: String(value),
  label: value === 100 ? "100 % of what other requests leave" : `${value} %`,
}));

const ms = (latency: Latency): string => (latency === null ? "–" : `${latency.p99.toFixed(1)} ms`);

/** How hard a job works, and what that costs other requests, side by side. */
export const RewrapThrottle = ({ job, onIntensity, pending = false }: RewrapThrottleProps) => {
  const open = !hasEnded(job.status);
  if (!job.latency && !(open && onIntensity)) return null;
  return (
    <div className="grid gap-3 border-t border-line pt-3">
      {open && onIntensity ? (
        <Field label="Intensity" className="max-w-80">
          <Select
            value={String(job.intensity)}
            disabled={pending}
            options={OPTIONS}
            onChange={(event) => void onIntensity(Number(event.target.value) as JobIntensity)}
          />
        </Field>
      ) : null}
      {job.latency ? <Impact latency={job.latency} /> : null}
    </div>
  );
};

const Impact = ({ latency: { before, during } }: { latency: JobLatency }) => (
  <StatRow className="grid grid-cols-2">
    <Stat label="Reads, p99 before" value={ms(before.read)} />
    <Stat label="Reads, p99 during" value={ms(during.read)} />
    <Stat label="Writes, p99 before" value={ms(before.write)} />
    <Stat label="Writes, p99 during" value={ms(during.write)} />
  </StatRow>
);
