"use client";

import type { ReactNode } from "react";
import { hasEnded } from "#lib/domain/job.ts";
import { JOB_WORDS } from "./job-words.ts";
import { RewrapCauses } from "./rewrap-causes.tsx";
import { RewrapControls, type RewrapHandlers } from "./rewrap-controls.tsx";
import { RewrapHint } from "./rewrap-hint.tsx";
import { RewrapProgressVoice } from "./rewrap-progress-voice.tsx";
import { RewrapStatusMark } from "./rewrap-status.tsx";
import { etaIsKnown, type RewrapJobView, rewrapRoute } from "./rewrap-view.ts";
import { Copyable } from "./ui/copyable.tsx";
import { FormError } from "./ui/form-error.tsx";
import { formatCount, formatDuration, formatEtaRange, formatPercent, formatRate } from "./ui/format.ts";
import { Panel } from "./ui/panel.tsx";
import { ProgressBar } from "./ui/progress-bar.tsx";
import { Stat, StatRow } from "./ui/stat.tsx";

type RewrapPanelProps = RewrapHandlers & {
  job: RewrapJobView;
  /** The instant of `job`, from the server. */
  now: string;
  /** A sentence about an act that failed. */
  error?: string | null;
  actions?: ReactNode;
  /** How hard it works, and what that costs. */
  throttle?: ReactNode;
};

const BAR_TONES = { completed: "active", failed: "danger", cancelled: "idle", paused: "idle" } as const;
const barTone = (status: RewrapJobView["status"]) =>
  status in BAR_TONES ? BAR_TONES[status as keyof typeof BAR_TONES] : "moving";

/** A rewrap, live: exact counts, rate, time left as a range, failures, and what may be asked of it. */
export const RewrapPanel = ({ job, now, error, actions, throttle, ...handlers }: RewrapPanelProps) => {
  const ended = hasEnded(job.status);
  const { noun, doing } = JOB_WORDS[job.mode];
  return (
    <Panel
      title={`${job.status === "running" ? doing : noun} ${rewrapRoute(job)}`}
      live={job.status === "running"}
    >
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-muted">
        <RewrapStatusMark status={job.status} />
        <span className="font-mono">
          {job.tenant}/{job.key}
        </span>
        <Copyable value={job.id} label="job id" short className="text-micro" />
      </p>
      <p className="flex flex-wrap items-baseline gap-x-2 font-mono tabular-nums">
        <span className="text-figure">{formatCount(job.processed)}</span>
        <span className="text-base text-muted">/ {formatCount(job.total)} DEKs</span>
        <span className="ml-auto text-muted">{formatPercent(job.processed, job.total)}</span>
      </p>
      <ProgressBar
        done={job.processed}
        total={job.total}
        label={`${noun} of ${job.tenant}/${job.key}`}
        tone={barTone(job.status)}
      />
      <StatRow>
        <Stat
          label="Speed"
          value={formatRate(ended || job.status === "paused" ? null : job.rate_per_second)}
        />
        {ended ? <TimeTaken job={job} /> : <TimeLeft job={job} now={now} />}
        <Stat label="Failed" value={formatCount(job.failed)} tone={job.failed > 0 ? "danger" : "ink"} />
        {job.max_rate ? <Stat label="At most" value={formatRate(job.max_rate)} /> : null}
      </StatRow>
      {throttle}
      <RewrapHint job={job} />
      <RewrapCauses failures={job.failures} />
      <FormError>{error}</FormError>
      <RewrapControls job={job} {...handlers}>
        {actions}
      </RewrapControls>
      <RewrapProgressVoice job={job} />
    </Panel>
  );
};

const TimeLeft = ({ job, now }: { job: RewrapJobView; now: string }) => (
  <Stat
    label="Time left"
    value={
      job.status !== "running" ? "–" : etaIsKnown(job, now) ? formatEtaRange(job.eta_seconds) : "measuring"
    }
  />
);

const TimeTaken = ({ job }: { job: RewrapJobView }) => (
  <Stat
    label="Took"
    value={
      job.started_at && job.completed_at
        ? formatDuration((Date.parse(job.completed_at) - Date.parse(job.started_at)) / 1000)
        : "–"
    }
  />
);
